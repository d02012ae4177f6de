import { ApiError } from "@sluice/kubernetes/api-error";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { type LeaderElection, startLeaderElection } from "@sluice/kubernetes/leader-election";
import { type ReconcileLoop, startReconcileLoop } from "@sluice/kubernetes/reconcile-loop";
import { systemNamespace } from "@sluice/shared/attachment/attachment-names";
import type { Logger } from "pino";
import { createMetrics } from "./api-metrics.ts";
import { type ConsoleBackend, createBackend } from "./console-backend.ts";
import { AcknowledgementController } from "./controllers/acknowledgement/apply.ts";
import { Controllers } from "./controllers/run-controllers.ts";
import { MemberDirectory } from "./kubernetes/member-directory.ts";
import { ensureSystemNamespace } from "./kubernetes/set-identity.ts";
import type { Health } from "./server/answer-health.ts";
import { startHttpServer } from "./server/http-server.ts";
import type { ListenAddress } from "./server/listen-address.ts";
import { startHealthServer } from "./server/start-health-server.ts";
import { TelemetryReaders } from "./telemetry/telemetry-readers.ts";
import { TelemetryState } from "./telemetry/telemetry-state.ts";

const tickMs = 1_000;
/** Acknowledgements are looked for at most this often, however many proxies report. */
const acknowledgeMs = 100;

export interface StartApiOptions {
  /** Of the control-plane cluster; stays open when the API server stops. */
  controlPlane: KubernetesClient;
  listen: ListenAddress;
  /** A second listener for /healthz, /readyz and /metrics alone. */
  healthListen?: ListenAddress;
  /** Unique among the replicas. */
  identity: string;
  log: Logger;
  createNamespaces?: boolean;
  allowInsecure?: boolean;
  heartbeatMs?: number;
  telemetryIntervalMs?: number;
  now?: () => number;
}

export interface Api {
  readonly url: string;
  /** Of the second listener; undefined: there is none. */
  readonly healthUrl: string | undefined;
  /** Ends subscriptions, then HTTP, then controllers, then connections. */
  stop(): Promise<void>;
}

/** Controllers exist only while this replica leads; changes in between concern the leader alone. */
function leaderTerms({ controlPlane, log, createNamespaces = false }: StartApiOptions, directory: MemberDirectory, now: () => number) {
  let controllers: Controllers | undefined;
  const lead = async (signal: AbortSignal) => {
    controllers = await Controllers.start({ controlPlane, directory, createNamespaces, log, now }, signal);
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    await controllers.stop();
    controllers = undefined;
  };
  return { lead, onChange: (cluster: string, cache: string) => controllers?.onChange(cluster, cache), imports: () => controllers?.imports };
}

/** The Lease needs our namespace, which a fresh control-plane cluster does not have yet. */
function startElection({ controlPlane, identity, log }: StartApiOptions, lead: (signal: AbortSignal) => Promise<void>): LeaderElection {
  return startLeaderElection({
    client: controlPlane,
    namespace: systemNamespace,
    name: "sluice-api",
    identity,
    lead,
    retryMs: 500,
    onError: (error) => {
      log.debug({ err: error }, "the election failed once");
      if (error instanceof ApiError && error.code === 404) ensureSystemNamespace(controlPlane).catch((cause: unknown) => log.warn({ err: cause }, "the namespace sluice-system can't be created"));
    },
  });
}

/** However many proxies report, looks are apart by what they cost. */
function followAcknowledgements(controller: AcknowledgementController, look: ConsoleBackend["look"], log: Logger): ReconcileLoop {
  const reconcile = async () => {
    const startedMs = performance.now();
    controller.look(look());
    return await Promise.resolve({ costMs: performance.now() - startedMs });
  };
  return startReconcileLoop({ reconcile, onError: (_key, error) => log.warn({ err: error }, "acknowledgements could not be looked for") });
}

function countMembers(directory: MemberDirectory): { total: number; live: number } {
  const members = directory.members();
  return { total: members.length, live: members.filter((member) => member.connection?.live === true).length };
}

/** Opens the listener for the console and, if asked for, that for probes: both or none. */
async function openListeners({ listen, healthListen, log }: StartApiOptions, backend: ConsoleBackend, health: Health): Promise<Pick<Api, "url" | "healthUrl" | "stop">> {
  const http = await startHttpServer({ listen, backend, log, health });
  try {
    const probed = healthListen === undefined ? undefined : await startHealthServer(healthListen, health, log);
    return { url: http.url, healthUrl: probed?.url, stop: async () => void (await Promise.all([http.stop(), probed?.stop()])) };
  } catch (error) {
    await http.stop();
    throw error;
  }
}

/** Starts one replica. Rejects when an address can't be listened on. */
export async function startApi(options: StartApiOptions): Promise<Api> {
  const { controlPlane, log, identity } = options;
  const now = options.now ?? Date.now;
  const telemetry = new TelemetryState(now());
  const acknowledgements = new AcknowledgementController((key, afterMs) => {
    metrics.observeAcknowledgement(afterMs);
    log.info({ row: key, afterMs }, "all proxies apply the policy");
  });
  const directory = new MemberDirectory({
    controlPlane,
    allowInsecure: options.allowInsecure ?? false,
    now,
    ...(options.heartbeatMs === undefined ? {} : { heartbeatMs: options.heartbeatMs }),
    onChange: (cluster, cache) => {
      term.onChange(cluster, cache);
      if (cache === "pods" || cache === "state") readers.sync();
      if (cache === "policies") soon();
    },
  });
  const term = leaderTerms(options, directory, now);
  const backend = createBackend({ controlPlane, directory, telemetry, acknowledgements, allowInsecure: options.allowInsecure ?? false, now }, `${identity}-${now().toString(36)}`);
  const metrics = createMetrics({
    members: () => countMembers(directory),
    liveStreams: () => backend.live.subscribers,
    seriesRefused: () => telemetry.seriesRefused,
    isLeader: () => election.isLeader,
    imports: term.imports,
  });
  const acknowledging = followAcknowledgements(acknowledgements, backend.look, log);
  const soon = () => acknowledging.addAfter("acknowledgements", acknowledgeMs);
  const readers = new TelemetryReaders({
    members: () => directory.members(),
    state: telemetry,
    now,
    onFrame: soon,
    onError: (cluster, pod, error) => log.debug({ cluster, pod, err: error }, "the telemetry stream broke"),
    intervalMs: options.telemetryIntervalMs ?? 250,
  });
  const ticker = setInterval(() => {
    telemetry.tick(now());
    readers.sync();
    backend.live.tick();
  }, tickMs);
  const endReading = async () => {
    clearInterval(ticker);
    await acknowledging.stop();
    await readers.stop();
    await directory.stop();
  };
  const notReady = () => (directory.clusters.state.phase === "live" ? undefined : "the control-plane cluster is not read yet");
  const listeners = await openListeners(options, backend, { notReady, metrics: metrics.render }).catch(async (error: unknown) => {
    await endReading();
    throw error;
  });
  const election = startElection(options, term.lead);
  const stop = async () => {
    clearInterval(ticker);
    backend.live.stop();
    await listeners.stop();
    await election.stop();
    await endReading();
  };
  return { url: listeners.url, healthUrl: listeners.healthUrl, stop };
}
