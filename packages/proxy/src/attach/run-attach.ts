import { randomBytes } from "node:crypto";
import type { AttachmentMemory } from "@sluice/shared/attachment/observed";
import { ApiError } from "@sluice/kubernetes/api-error";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { createClient } from "@sluice/kubernetes/create-client";
import { kinds } from "@sluice/kubernetes/kinds";
import { startLeaderElection, type LeaderElection } from "@sluice/kubernetes/leader-election";
import { startReconcileLoop, type ReconcileLoop } from "@sluice/kubernetes/reconcile-loop";
import { createEventRecorder } from "@sluice/kubernetes/record-event";
import type { KubernetesObject } from "@sluice/kubernetes/resource";
import type { Logger } from "pino";
import { Counter, Gauge, Registry } from "prom-client";
import type { CommandLine } from "../command-line.ts";
import type { AttachContext } from "./attach-context.ts";
import { attachFieldManager } from "./attach-field-manager.ts";
import { fetchProxySnapshot } from "./fetch-proxy-snapshot.ts";
import { detachAllName, MemberCache } from "./member-cache.ts";
import { NeighbourWatch } from "./neighbour-watch.ts";
import { startProxyPoller, type ProxyPoller } from "./poll-proxies.ts";
import { reconcileAttachment } from "./reconcile-attachment.ts";
import { startHealthServer } from "./start-health-server.ts";
import { tendPortRecords } from "./tend-port-records.ts";

/** Of the Deployment, and of the Lease. */
const appName = "sluice-attach";
/** Every proxy's, by the manifests. */
const proxyAdminPort = 9081;
const resyncMs = 60_000;
const servicesAtOnce = 4;
const detachedPollMs = 200;
/** So long the first look at services waits for what the preflight wants to know; then it says what is missing. */
const lookAroundMsMax = 5_000;
const lookAroundMs = 20;

export interface RunningAttach {
  readonly adminPort: number;
  /** With `detachAll`: resolves when no trace is left. */
  readonly detached: Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts the attachment controller. Rejects when the admin port can't be bound or there are no credentials; everything
 * else is tried again for as long as it runs.
 */
export async function runAttach(options: Extract<CommandLine, { program: "attach" }>, logger: Logger, client: KubernetesClient = createClient({ userAgent: attachFieldManager, fieldManager: attachFieldManager })): Promise<RunningAttach> {
  const { namespace, pod, address, adminPort, detachAll } = options;
  const metrics = attachMetrics();
  let term: Term | undefined;
  const cache = new MemberCache({
    client,
    namespace,
    onChange: (services) => term?.add(services),
    onProblem: (message) => logger.warn(message),
  });
  const neighbours = new NeighbourWatch({ client, onChange: () => term?.add("all") });
  let synced = false;
  void cache.synced().then(
    () => (synced = true),
    () => undefined,
  );
  if (detachAll) await requestDetachAll(client, namespace);

  const election: LeaderElection = startLeaderElection({
    client,
    namespace,
    name: appName,
    identity: `${pod}-${randomBytes(4).toString("hex")}`,
    onError: (error) => logger.warn({ err: error }, "leader election"),
    lead: async (signal) => {
      await Promise.race([cache.synced(), aborted(signal)]);
      for (const end = Date.now() + lookAroundMsMax; neighbours.pending.length > 0 && Date.now() < end && !signal.aborted; ) await new Promise((resolve) => setTimeout(resolve, lookAroundMs));
      if (signal.aborted) return;
      logger.info("leading");
      metrics.leader.set(1);
      term = startTerm({ client, cache, neighbours, namespace, logger, metrics });
      await aborted(signal);
      metrics.leader.set(0);
      await term.stop();
      term = undefined;
    },
  });
  const health = await startHealthServer({
    address,
    port: adminPort,
    notReady: () => (synced ? undefined : "the first lists are not complete"),
    metrics: async () => ({ contentType: metrics.registry.contentType, text: await metrics.registry.metrics() }),
  });
  let stopped = false;
  return {
    adminPort: health.port,
    detached: (async () => {
      await cache.synced().catch(() => undefined);
      while (!stopped && (!cache.live || cache.hasTraces)) await new Promise((resolve) => setTimeout(resolve, detachedPollMs));
    })(),
    stop: async () => {
      stopped = true;
      await election.stop();
      await Promise.all([cache.stop(), neighbours.stop()]);
      await health.stop();
      await client.close();
    },
  };
}

type Metrics = ReturnType<typeof attachMetrics>;

function attachMetrics() {
  const registry = new Registry();
  const registers = [registry];
  return {
    registry,
    leader: new Gauge({ name: "sluice_attach_leader", help: "1 while this replica leads.", registers }),
    reconciled: new Counter({ name: "sluice_attach_reconciled_total", help: "Looks at a service.", registers }),
    failed: new Counter({ name: "sluice_attach_failed_total", help: "Looks at a service that ended in an error and are tried again.", registers }),
  };
}

interface Term {
  add(services: readonly string[] | "all"): void;
  stop(): Promise<void>;
}

/** What runs while this replica leads. */
function startTerm(options: { client: KubernetesClient; cache: MemberCache; neighbours: NeighbourWatch; namespace: string; logger: Logger; metrics: Metrics }): Term {
  const { client, cache, neighbours, namespace, logger, metrics } = options;
  const add = (services: readonly string[] | "all") => {
    const concerned = services === "all" ? [...cache.attachedKeys()] : services.filter((key) => cache.isConcerned(key));
    for (const key of concerned) loop.add(key);
    // Proxies are about to take up what changed here.
    if (concerned.length > 0) poller.hurry();
  };
  const poller: ProxyPoller = startProxyPoller({
    proxies: () => cache.proxies().map((pod) => ({ uid: pod.metadata.uid ?? "", ip: pod.status?.podIP ?? "" })),
    fetchSnapshot: ({ ip }) => fetchProxySnapshot({ ip, port: proxyAdminPort }),
    onChange: (services) => {
      for (const key of services === "all" ? cache.attachedKeys() : services) if (cache.isConcerned(key)) loop.add(key);
    },
  });
  const context: AttachContext = {
    client,
    cache,
    neighbours,
    poller,
    events: createEventRecorder({ client, component: attachFieldManager, onError: (error) => logger.debug({ err: error }, "an Event was not recorded") }),
    systemNamespace: namespace,
    now: Date.now,
    log: (level, details, message) => logger[level](details, message),
    memories: new Map<string, AttachmentMemory>(),
    writes: new Map(),
    told: new Map(),
  };
  const loop: ReconcileLoop = startReconcileLoop({
    concurrency: servicesAtOnce,
    backoff: { firstMs: 100, mostMs: 10_000 },
    onError: (key, error, failures) => {
      metrics.failed.inc();
      logger.warn({ err: error, service: key, failures }, "attachment failed; trying again");
    },
    reconcile: async (key) => {
      metrics.reconciled.inc();
      return await reconcileAttachment(key, context);
    },
  });
  const resync = setInterval(() => {
    add("all");
    void tendPortRecords(context).catch((error: unknown) => logger.warn({ err: error }, "the port records can't be tended"));
  }, resyncMs);
  add("all");
  return {
    add,
    stop: async () => {
      clearInterval(resync);
      poller.stop();
      await loop.stop();
      await context.events.flush();
    },
  };
}

/**
 * The request belongs to the Deployment that carries it out, so that one installed later begins anew, and to its pods, since
 * these outlive the Deployment for a moment: whoever still leads must not find it gone, and attach all anew.
 */
async function requestDetachAll(client: KubernetesClient, namespace: string): Promise<void> {
  const deployment = await client.get(kinds.deployments, { namespace, name: appName }).catch(ignore(404));
  const { items } = await client.list(kinds.pods, { namespace, labelSelector: `app.kubernetes.io/name=${appName}` });
  const owner = (apiVersion: string, kind: string) => ({ metadata }: KubernetesObject) => ({ apiVersion, kind, name: metadata.name, uid: metadata.uid ?? "" });
  const ownerReferences = [...(deployment === undefined ? [] : [deployment]).map(owner("apps/v1", "Deployment")), ...items.map(owner("v1", "Pod"))];
  await client.create(kinds.configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace, name: detachAllName, ...(ownerReferences.length > 0 && { ownerReferences }) } }).catch(ignore(409));
}

function ignore(code: number): (error: unknown) => undefined {
  return (error) => {
    if (error instanceof ApiError && error.code === code) return undefined;
    throw error;
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
