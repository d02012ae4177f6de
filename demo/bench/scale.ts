import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { createClient } from "@sluice/kubernetes/create-client";
import type { Informer } from "@sluice/kubernetes/informer";
import { kinds } from "@sluice/kubernetes/kinds";
import type { KubernetesObject, ResourceType } from "@sluice/kubernetes/resource";
import { startInformer } from "@sluice/kubernetes/start-informer";
import { type ServerMemory, startApiServer } from "@sluice/sandbox/api-server/start-api-server";
import { findAssets, noAssets } from "@sluice/sandbox/real-api-server/find-assets";
import { RealApiServer } from "@sluice/sandbox/real-api-server/start-real-api-server";
import type { ServiceImport } from "@sluice/shared/import/service-import-schema";
import { parse } from "yaml";
import { createFirst, fillMemory, fillStore, gateway, metadataOf, pathOf } from "./fill-member.ts";
import { machine } from "./machine.ts";
import { percentile } from "./percentile.ts";

/**
 * `npm run bench:scale -- --members 50 --services 500`: the API server with so many members, each of which exports so many
 * services under the names that all the others use too, on real API servers with nothing but objects. Tells the memory of
 * its process, how long a full resync takes, how long one changed export takes to be in the imports of all others, and for how
 * long its event loop was held up at most meanwhile. Everything is there before it starts, as after a restart; with `--written` the
 * imports and what it judged are not, and it has to write them. With `--sandbox` the members are API servers
 * of the sandbox, all in this process: 50 kube-apiservers take more processors than most machines have. `--profile` has the API
 * server's processor time written to the present folder.
 */

const root = path.resolve(import.meta.dirname, "../..");
const changes = 20;
/** Members that are started at a time. */
const startedAtATime = 4;
/** Of the whole run. */
const patienceMs = 15 * 60_000;
/** Of /proc: sysconf(_SC_CLK_TCK), 100 on Linux whatever the kernel's own clock. */
const ticksPerSecond = 100;
const pollMs = { change: 20, gauges: 500 };

const { values } = parseArgs({ options: { members: { type: "string", default: "50" }, services: { type: "string", default: "500" }, sandbox: { type: "boolean", default: false }, written: { type: "boolean", default: false }, profile: { type: "boolean", default: false } } });
const memberCount = countOf("members", values.members, 100);
const serviceCount = countOf("services", values.services, 2_000);
const without = values.written ? "imports" : "nothing";

interface Member {
  name: string;
  kubeconfig: string;
  client: KubernetesClient;
  stop: () => Promise<void>;
}

function countOf(flag: string, text: string, most: number): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 2 || count > most) throw new Error(`--${flag} "${text}" is not a whole number from 2 to ${most}`);
  return count;
}

/** Does `work` for each, so many at a time. */
async function each<T>(items: readonly T[], atATime: number, work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  await Promise.all(
    Array.from({ length: atATime }, async () => {
      for (const item of left) await work(item);
    }),
  );
}

async function installKinds(client: KubernetesClient): Promise<void> {
  const folder = path.join(root, "deploy/crds");
  for (const file of readdirSync(folder)) await client.create(kinds.customResourceDefinitions, parse(readFileSync(path.join(folder, file), "utf8")) as KubernetesObject);
  const ours: ResourceType[] = [kinds.clusters, kinds.serviceExports, kinds.serviceImports, kinds.globalTrafficPolicies];
  for (const type of ours) await until(`${type.plural} to be served`, async () => void (await client.list(type)));
}

async function until(what: string, check: () => Promise<void>, everyMs = 50): Promise<void> {
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (performance.now() > patienceMs) throw new Error(`waited too long for ${what}`, { cause: error });
      await delay(everyMs);
    }
  }
}

async function install(client: KubernetesClient): Promise<void> {
  await installKinds(client);
  await client.create(kinds.namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name: "sluice-system" } });
}

function memberOf(name: string, server: { kubeconfig: string; stop: () => Promise<void> }): Member {
  return { name, kubeconfig: server.kubeconfig, client: createClient({ kubeconfig: server.kubeconfig }), stop: () => server.stop() };
}

/** kube-apiserver of a cluster with our kinds; its objects are in the control plane's etcd. */
async function startReal(name: string, storedIn: RealApiServer | undefined): Promise<Member & { server: RealApiServer }> {
  const assets = findAssets().at(-1);
  if (assets === undefined) throw new Error(noAssets);
  const server = await RealApiServer.start({ name, assets, ...(storedIn === undefined ? {} : { storedIn }) });
  const member = memberOf(name, server);
  await install(member.client);
  return { ...member, server };
}

/** An API server of the sandbox, in this process; with `others` it is one of their set and has all objects when it serves. */
async function startSandbox(name: string, others?: readonly string[]): Promise<Member> {
  const memory: ServerMemory = {};
  const options = { name, serviceCidr: "127.9.0.0/17", memory };
  const member = memberOf(name, await startApiServer(options));
  await install(member.client);
  if (others === undefined) return member;
  await createFirst(member.client, name, others);
  await member.client.close();
  await member.stop();
  fillMemory(memory, name, others, serviceCount, without);
  return memberOf(name, await startApiServer(options));
}

/** The control plane, and members that are filled, in this order. */
async function startAll(all: Member[]): Promise<void> {
  const real = values.sandbox ? undefined : await startReal("control-plane", undefined);
  all.push(real ?? (await startSandbox("control-plane")));
  const names = Array.from({ length: memberCount }, (_, index) => `member-${String(index + 1).padStart(2, "0")}`);
  await each(names, startedAtATime, async (name) => {
    const others = names.filter((other) => other !== name);
    if (real === undefined) all.push(await startSandbox(name, others));
    else {
      const member = await startReal(name, real.server);
      all.push(member);
      await createFirst(member.client, name, others);
      await fillStore(member.server, name, others, serviceCount, without);
      if (values.written) await member.client.delete(kinds.serviceImports, metadataOf(0));
    }
    console.info(`${name} is filled (${all.length - 1} of ${memberCount})`);
  });
}

async function join(controlPlane: Member, { name, kubeconfig }: Member): Promise<void> {
  const spec = { region: "default", zone: "default", group: "default", gatewayHost: gateway.host, gatewayPort: gateway.port, isInCluster: false, kubeconfig };
  await controlPlane.client.create(kinds.clusters, { apiVersion: "flomesh.io/v1alpha1", kind: "Cluster", metadata: { name }, spec });
}

interface Running {
  child: ChildProcess;
  metrics: string;
  /** For how long its event loop was held up at most since this was last set to 0. */
  heldUpMsMost: number;
}

async function startSluice(kubeconfig: string): Promise<Running> {
  const args = [path.join(root, "apps/api/src/main.ts"), "--kubeconfig", kubeconfig, "--listen", "127.0.0.1:0", "--health-listen", "127.0.0.1:0"];
  const child = spawn(process.execPath, [...(values.profile ? ["--cpu-prof", `--cpu-prof-dir=${process.cwd()}`] : []), ...args], { cwd: root, env: { ...process.env, SLUICE_LOG_LEVEL: "info" }, stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (bytes: Buffer) => {
    // What it says after its start is of no use here.
    if (text.length < 100_000) text += bytes.toString();
  });
  let metrics = "";
  await until("the API server to listen", async () => {
    const url = /"healthUrl":"([^"]+)"/.exec(text)?.[1];
    if (url === undefined) throw new Error(text);
    metrics = `${url}/metrics`;
    await Promise.resolve();
  });
  return { child, metrics, heldUpMsMost: 0 };
}

async function endSluice({ child }: Running): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}

async function gaugesOf(sluice: Running): Promise<Record<string, number>> {
  const text = await (await fetch(sluice.metrics)).text();
  const gauges = Object.fromEntries(text.split("\n").filter((line) => /^(sluice_api|nodejs_eventloop_lag_max)/.test(line)).map((line) => line.split(" ")).map(([name = "", value]) => [name, Number(value)]));
  // Of the time since it was last asked.
  sluice.heldUpMsMost = Math.max(sluice.heldUpMsMost, (gauges["nodejs_eventloop_lag_max_seconds"] ?? 0) * 1_000);
  return gauges;
}

/** All members are watched, and every import stands as the exports ask for. Answers the seconds since `startedMs`. */
async function untilWhole(sluice: Running, startedMs: number): Promise<number> {
  await until("all imports to stand", async () => {
    const gauges = await gaugesOf(sluice);
    const { sluice_api_members_live: live, sluice_api_imports: imports, sluice_api_imports_pending: pending } = gauges;
    if (live !== memberCount || imports !== memberCount * serviceCount || pending !== 0) throw new Error(JSON.stringify(gauges));
  }, pollMs.gauges);
  return (performance.now() - startedMs) / 1000;
}

/** Of all threads of the process since its start. */
function processorSeconds({ child }: Running): number {
  const [user = 0, system = 0] = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1]?.split(" ").slice(11, 13).map(Number) ?? [];
  return (user + system) / ticksPerSecond;
}

function memoryMib({ child }: Running, field: "VmRSS" | "VmHWM"): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
}

/** Milliseconds from a changed path in the first member until the imports of all others have it. */
async function changeOne(member: Member, watched: readonly Informer<ServiceImport>[], change: number): Promise<number> {
  const rules = [{ portNumber: 8080, path: pathOf(member.name, 0, change), pathType: "Prefix" }];
  const startedMs = performance.now();
  await member.client.patch(kinds.serviceExports, metadataOf(0), { type: "merge", body: { spec: { rules } } });
  const isThere = (informer: Informer<ServiceImport>) => informer.list().some(({ spec }) => spec.ports.some(({ endpoints }) => endpoints.some(({ target }) => target.path === pathOf(member.name, 0, change))));
  await until("the change to be everywhere", () => (watched.every(isThere) ? Promise.resolve() : Promise.reject(new Error("not yet"))), pollMs.change);
  return performance.now() - startedMs;
}

/** Tells each figure as soon as there is one. */
async function measure(controlPlane: Member, members: readonly Member[], folder: string): Promise<void> {
  const kubeconfig = path.join(folder, "kubeconfig");
  writeFileSync(kubeconfig, controlPlane.kubeconfig, { mode: 0o600 });
  const watched: Informer<ServiceImport>[] = [];
  let sluice = await startSluice(kubeconfig);
  const costs = () => `computed ${processorSeconds(sluice).toFixed(1)} s, event loop held up for ${sluice.heldUpMsMost.toFixed(0)} ms at most, ${memoryMib(sluice, "VmRSS").toFixed(0)} MiB resident, ${memoryMib(sluice, "VmHWM").toFixed(0)} MiB at most`;
  try {
    console.info(`first start (every member taken in, all imports ${values.written ? "written" : "compared"}): ${(await untilWhole(sluice, performance.now())).toFixed(1)} s; ${costs()}`);
    await endSluice(sluice);
    const restartedMs = performance.now();
    sluice = await startSluice(kubeconfig);
    console.info(`full resync (process started → every member watched, every import compared): ${(await untilWhole(sluice, restartedMs)).toFixed(1)} s; ${costs()}`);
    const [first, ...others] = members;
    if (first === undefined) throw new Error("there are at least two members");
    for (const { client } of others) watched.push(startInformer(client, kinds.serviceImports, { namespace: metadataOf(0).namespace, fieldSelector: `metadata.name=${metadataOf(0).name}` }));
    await Promise.all(watched.map((informer) => informer.synced()));
    await gaugesOf(sluice);
    const before = processorSeconds(sluice);
    sluice.heldUpMsMost = 0;
    const samples: number[] = [];
    for (let change = 1; change <= changes; change += 1) samples.push(await changeOne(first, watched, change));
    await gaugesOf(sluice);
    console.info(`one changed export → in the imports of all ${others.length} others, ${changes} times: p50 ${percentile(samples, 0.5).toFixed(0)} ms, slowest ${percentile(samples, 1).toFixed(0)} ms; computed ${((processorSeconds(sluice) - before) / changes).toFixed(2)} s each; ${costs()}`);
  } finally {
    await Promise.all(watched.map((informer) => informer.stop()));
    await endSluice(sluice);
  }
}

const folder = mkdtempSync(path.join(tmpdir(), "sluice-scale-"));
const all: Member[] = [];
try {
  await startAll(all);
  const [controlPlane] = all;
  if (controlPlane === undefined) throw new Error("there is a control plane");
  const members = all.slice(1).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  for (const member of members) await join(controlPlane, member);
  console.info(`${machine()}\n${memberCount} members × ${serviceCount} services on ${values.sandbox ? "API servers of the sandbox" : "kube-apiserver"}`);
  await measure(controlPlane, members, folder);
} finally {
  for (const { client, stop } of all.toReversed()) {
    await client.close();
    await stop();
  }
  rmSync(folder, { recursive: true, force: true });
}
