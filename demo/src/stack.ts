import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { createClient } from "@sluice/kubernetes/create-client";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { kinds } from "@sluice/kubernetes/kinds";
import { type Sandbox, startSandbox } from "@sluice/sandbox/sandbox";
import { applyManifests, readManifests } from "./apply-manifests.ts";
import { consoleServer, ensureConsoleBuild } from "./console-build.ts";
import type { DemoOptions } from "./demo-options.ts";
import { freePort } from "./free-port.ts";
import { joinMember, untilManaged } from "./join-member.ts";
import type { Steps } from "./steps.ts";
import { startSupervised } from "./supervised-process.ts";
import { until } from "./until.ts";
import { startWorkloads, untilReady } from "./workloads.ts";

export interface Stack {
  consoleUrl: string;
  kubeconfigPath: string;
  stop(): Promise<void>;
}

const controlPlaneName = "control-plane";
const firstGatewayPort = 8081;
const apiPortWanted = 4000;

/** What runs already, so that a failed or interrupted start can take all of it down again. */
class Running {
  readonly #ends: (() => Promise<void>)[] = [];

  add(end: () => Promise<void>): void {
    this.#ends.unshift(end);
  }

  /** Ends everything, the youngest first. */
  async stop(): Promise<void> {
    for (const end of this.#ends.splice(0)) await end();
  }
}

/**
 * Starts the whole product on the sandbox, in the order of what needs what; independent steps run side by side.
 * @throws Error that says which step failed; whatever had started is ended first.
 */
export async function startStack(root: string, options: DemoOptions, steps: Steps, interrupted: AbortSignal): Promise<Stack> {
  const running = new Running();
  const failed = new AbortController();
  const signal = AbortSignal.any([interrupted, failed.signal]);
  try {
    return await start({ root, options, steps, signal, running });
  } catch (error) {
    // Steps that run beside the one that failed end too.
    failed.abort(error);
    await running.stop();
    throw error;
  }
}

interface Context {
  root: string;
  options: DemoOptions;
  steps: Steps;
  signal: AbortSignal;
  running: Running;
}

async function start(context: Context): Promise<Stack> {
  const { root, options, steps, signal, running } = context;
  const dir = resolve(options.dir);
  if (options.fresh) rmSync(dir, { recursive: true, force: true });
  const building = steps.run("the console's production build", () => ensureConsoleBuild(root, signal));
  // Its failure is reported when it is awaited below, not as an unhandled rejection before.
  building.catch(() => undefined);
  const sandbox = await steps.run(`sandbox: ${[controlPlaneName, ...options.members].join(", ")}`, () => sandboxOf(context, dir));
  running.add(() => sandbox.stop());
  const clients = new Map(sandbox.clusters.map((cluster) => [cluster.name, createClient({ kubeconfig: cluster.kubeconfig, fieldManager: "sluice-demo" })]));
  running.add(async () => {
    await Promise.all([...clients.values()].map((client) => client.close()));
  });
  const controlPlane = clients.get(controlPlaneName);
  if (controlPlane === undefined) throw new Error("the sandbox started no control-plane cluster");
  const crds = readManifests(join(root, "deploy/crds"));
  await steps.run("custom resources", () => Promise.all([...clients.values()].map((client) => applyManifests(client, crds))));
  const apiPort = await portFor("API server", apiPortWanted, steps, options);
  const consolePort = await portFor("console", options.port, steps, options);
  const consoleUrl = `http://127.0.0.1:${consolePort}`;
  supervise(context, dir, "api", [
    "apps/api/src/main.ts", "--listen", `127.0.0.1:${apiPort}`, "--kubeconfig", sandbox.kubeconfigPath, "--context", controlPlaneName, "--create-namespaces",
  ]);
  const members = options.members.map((name) => ({ name, client: clients.get(name), kubeconfig: sandbox.clusters.find((cluster) => cluster.name === name)?.kubeconfig }));
  const gateways = await gatewayPorts(members, steps);
  await Promise.all([
    steps.run("proxies and attachment controllers", () => installMembers(root, members, gateways)),
    steps.run("API server", () => untilOk(`http://127.0.0.1:${apiPort}/healthz`, signal)),
    steps.run("members joined", async () => {
      await applyManifests(controlPlane, [systemNamespace]);
      for (const { name, kubeconfig = "" } of members) await joinMember(controlPlane, { name, kubeconfig, gatewayPort: gateways.get(name) ?? firstGatewayPort });
      await untilManaged(controlPlane, options.members, signal);
    }),
    building.then(() => {
      supervise(context, dir, "console", [consoleServer(root)], {
        PORT: String(consolePort), HOSTNAME: "127.0.0.1", SLUICE_API_URL: `http://127.0.0.1:${apiPort}`, NODE_ENV: "production",
      });
      return steps.run("console", () => untilOk(consoleUrl, signal));
    }),
    options.workloads ? steps.run("httpbin and its callers", () => workloads(context, clients)) : Promise.resolve(),
  ]);
  return { consoleUrl, kubeconfigPath: sandbox.kubeconfigPath, stop: () => running.stop() };
}

interface MemberCluster {
  name: string;
  client: KubernetesClient | undefined;
}

const systemNamespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "sluice-system" } };

function sandboxOf({ root, options }: Context, dir: string): Promise<Sandbox> {
  const versionOf = (name: string) => /^(\d+)-(\d+)$/.test(name) ? { version: `v${name.replace("-", ".")}.17` } : {};
  return startSandbox({
    clusters: [controlPlaneName, ...options.members].map((name) => ({ name, ...versionOf(name) })),
    dir,
    ...(options.singleAddress ? { singleAddress: true } : {}),
    programs: { "sluice/proxy": { command: [process.execPath, join(root, "packages/proxy/src/main.ts")] } },
  });
}

/** A port for each member's gateway: that of an earlier start, else the next free one, said when it is not the usual. */
async function gatewayPorts(members: readonly MemberCluster[], steps: Steps): Promise<Map<string, number>> {
  const gateways = new Map<string, number>();
  for (const [index, { name, client }] of members.entries()) {
    const wanted = firstGatewayPort + index;
    const known = client === undefined ? undefined : await gatewayPortOf(client);
    const port = known ?? (await freePort(wanted, new Set(gateways.values())));
    if (port !== wanted) steps.note(`gateway of ${name}: port ${wanted} is taken, so it listens on ${port}`);
    gateways.set(name, port);
  }
  return gateways;
}

async function installMembers(root: string, members: readonly MemberCluster[], gateways: ReadonlyMap<string, number>): Promise<void> {
  const manifests = readManifests(join(root, "deploy/member"));
  await Promise.all(
    members.map(async ({ name, client }) => {
      if (client !== undefined) await applyManifests(client, manifests.map((object) => withGatewayPort(object, gateways.get(name) ?? firstGatewayPort)));
    }),
  );
}

/** The port that an earlier start gave to the cluster's gateway. */
async function gatewayPortOf(client: KubernetesClient): Promise<number | undefined> {
  const service = await client.get(kinds.services, { namespace: "sluice-system", name: "sluice-gateway" }).catch(() => undefined);
  return service?.spec.ports?.[0]?.port;
}

function withGatewayPort<T extends { kind: string; metadata: { name: string } }>(object: T, port: number): T {
  if (object.kind !== "Service" || object.metadata.name !== "sluice-gateway") return object;
  const copy = structuredClone(object) as T & { spec: { ports: { port: number }[] } };
  for (const entry of copy.spec.ports) entry.port = port;
  return copy;
}

async function portFor(what: string, wanted: number, steps: Steps, options: DemoOptions): Promise<number> {
  const port = await freePort(options.port === 0 ? 0 : wanted);
  if (wanted !== 0 && options.port !== 0 && port !== wanted) steps.note(`${what}: port ${wanted} is taken, so it listens on ${port}`);
  return port;
}

function supervise({ root, steps, running }: Context, dir: string, name: string, args: string[], env: Record<string, string> = {}): void {
  const child = startSupervised({ name, args, cwd: root, env, log: join(dir, "logs", `${name}.log`), onRestart: (message) => steps.note(message) });
  running.add(() => child.stop());
}

async function untilOk(url: string, signal: AbortSignal): Promise<void> {
  await until(`an answer from ${url}`, async () => ((await fetch(url, { signal })).ok ? true : undefined), signal);
}

async function workloads({ root, options, signal }: Context, clients: ReadonlyMap<string, KubernetesClient>): Promise<void> {
  await startWorkloads(root, options.members, clients, signal);
  const first = clients.get(options.members[0] ?? "");
  if (first !== undefined) await untilReady(first, signal);
}
