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
import { findAssets, noAssets } from "@sluice/sandbox/real-api-server/find-assets";
import { RealApiServer } from "@sluice/sandbox/real-api-server/start-real-api-server";
import type { ServiceImport } from "@sluice/shared/import/service-import-schema";
import { parse } from "yaml";
import { machine } from "./machine.ts";
import { percentile } from "./percentile.ts";

/**
 * `npm run bench:scale -- --members 50 --services 500`: the API server with so many members, each of which exports so many
 * services under the names that all the others use too, on real API servers with nothing but objects. Tells the memory of
 * its process, how long a full resync takes, how long one changed export takes to be in the imports of all others, and for how
 * long its event loop was held up at most meanwhile. `--profile` has its processor time written to the present folder.
 */

const root = path.resolve(import.meta.dirname, "../..");
const changes = 20;
const namespaces = 20;
/** Requests under way at a time to one API server, and members that are filled at a time. */
const parallel = { requests: 8, members: 4 };
const patienceMs = 30 * 60_000;
const pollMs = { change: 20, gauges: 500 };

const { values } = parseArgs({ options: { members: { type: "string", default: "50" }, services: { type: "string", default: "500" }, profile: { type: "boolean", default: false } } });
const memberCount = countOf("members", values.members, 100);
const serviceCount = countOf("services", values.services, 2_000);

interface Member {
  name: string;
  server: RealApiServer;
  client: KubernetesClient;
}

function countOf(flag: string, text: string, most: number): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 2 || count > most) throw new Error(`--${flag} "${text}" is not a whole number from 2 to ${most}`);
  return count;
}

const namespaceOf = (service: number): string => `team-${service % namespaces}`;
const metadataOf = (service: number) => ({ namespace: namespaceOf(service), name: `service-${service}` });
const pathOf = (member: Member, service: number, change: number): string => `/${member.name}/service-${service}${change === 0 ? "" : `/${change}`}`;

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
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw new Error(`waited too long for ${what}`, { cause: error });
      await delay(everyMs);
    }
  }
}

/** The API server of a cluster, with our kinds; its objects are in the control plane's etcd. */
async function startMember(name: string, storedIn: RealApiServer | undefined): Promise<Member> {
  const assets = findAssets().at(-1);
  if (assets === undefined) throw new Error(noAssets);
  const server = await RealApiServer.start({ name, assets, ...(storedIn === undefined ? {} : { storedIn }) });
  const client = createClient({ kubeconfig: server.kubeconfig });
  await installKinds(client);
  await client.create(kinds.namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name: "sluice-system" } });
  return { name, server, client };
}

async function fill(member: Member): Promise<void> {
  const { client } = member;
  for (let team = 0; team < namespaces; team += 1) await client.create(kinds.namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespaceOf(team) } });
  await each([...Array(serviceCount).keys()], parallel.requests, async (service) => {
    const metadata = metadataOf(service);
    await client.create(kinds.services, { apiVersion: "v1", kind: "Service", metadata, spec: { clusterIP: "None", selector: { app: metadata.name }, ports: [{ port: 8080, protocol: "TCP" }] } });
    const rules = [{ portNumber: 8080, path: pathOf(member, service, 0), pathType: "Prefix" }];
    await client.create(kinds.serviceExports, { apiVersion: "flomesh.io/v1alpha1", kind: "ServiceExport", metadata, spec: { serviceAccountName: "*", rules } } as never);
  });
}

async function join(controlPlane: Member, { name, server }: Member): Promise<void> {
  const spec = { region: "default", zone: "default", group: "default", gatewayHost: "127.0.0.1", gatewayPort: 9, isInCluster: false, kubeconfig: server.kubeconfig };
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

function memoryMib({ child }: Running, field: "VmRSS" | "VmHWM"): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
}

/** Milliseconds from a changed path in the first member until the imports of all others have it. */
async function changeOne(member: Member, watched: readonly Informer<ServiceImport>[], change: number): Promise<number> {
  const rules = [{ portNumber: 8080, path: pathOf(member, 0, change), pathType: "Prefix" }];
  const startedMs = performance.now();
  await member.client.patch(kinds.serviceExports, metadataOf(0), { type: "merge", body: { spec: { rules } } });
  const isThere = (informer: Informer<ServiceImport>) => informer.list().some(({ spec }) => spec.ports.some(({ endpoints }) => endpoints.some(({ target }) => target.path === pathOf(member, 0, change))));
  await until("the change to be everywhere", () => (watched.every(isThere) ? Promise.resolve() : Promise.reject(new Error("not yet"))), pollMs.change);
  return performance.now() - startedMs;
}

async function measure(controlPlane: Member, members: readonly Member[], folder: string): Promise<string[]> {
  const kubeconfig = path.join(folder, "kubeconfig");
  writeFileSync(kubeconfig, controlPlane.server.kubeconfig, { mode: 0o600 });
  let sluice = await startSluice(kubeconfig);
  const watched: Informer<ServiceImport>[] = [];
  try {
    const firstSeconds = await untilWhole(sluice, performance.now());
    const [firstHeldUpMs, firstMost] = [sluice.heldUpMsMost, memoryMib(sluice, "VmHWM")];
    console.info(`all imports stand after ${firstSeconds.toFixed(0)} s`);
    await endSluice(sluice);
    const restartedMs = performance.now();
    sluice = await startSluice(kubeconfig);
    const resyncSeconds = await untilWhole(sluice, restartedMs);
    const [first, ...others] = members;
    if (first === undefined) throw new Error("there are at least two members");
    for (const { client } of others) watched.push(startInformer(client, kinds.serviceImports, { namespace: namespaceOf(0), fieldSelector: `metadata.name=${metadataOf(0).name}` }));
    await Promise.all(watched.map((informer) => informer.synced()));
    const resyncHeldUpMs = sluice.heldUpMsMost;
    sluice.heldUpMsMost = 0;
    const samples: number[] = [];
    for (let change = 1; change <= changes; change += 1) samples.push(await changeOne(first, watched, change));
    await gaugesOf(sluice);
    const [rss, most] = [memoryMib(sluice, "VmRSS"), memoryMib(sluice, "VmHWM")];
    return [
      `all ${memberCount * serviceCount} imports written for the first time: ${firstSeconds.toFixed(1)} s`,
      `full resync (process started → every member watched, every import compared): ${resyncSeconds.toFixed(1)} s`,
      `one changed export → in the imports of all ${others.length} others, ${changes} times: p50 ${percentile(samples, 0.5).toFixed(0)} ms, slowest ${percentile(samples, 1).toFixed(0)} ms`,
      `memory of the API server: ${rss.toFixed(0)} MiB resident, ${most.toFixed(0)} MiB at most; ${firstMost.toFixed(0)} MiB at most while the imports were written for the first time`,
      `its event loop was held up for at most ${firstHeldUpMs.toFixed(0)} ms while they were written, ${resyncHeldUpMs.toFixed(0)} ms in the resync, ${sluice.heldUpMsMost.toFixed(0)} ms in the changes`,
    ];
  } finally {
    await Promise.all(watched.map((informer) => informer.stop()));
    await endSluice(sluice);
  }
}

const folder = mkdtempSync(path.join(tmpdir(), "sluice-scale-"));
const all: Member[] = [];
try {
  const controlPlane = await startMember("control-plane", undefined);
  all.push(controlPlane);
  await each(Array.from({ length: memberCount }, (_, index) => `member-${String(index + 1).padStart(2, "0")}`), parallel.members, async (name) => {
    const member = await startMember(name, controlPlane.server);
    all.push(member);
    await fill(member);
    console.info(`${name} is filled (${all.length - 1} of ${memberCount})`);
  });
  const members = all.slice(1).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  for (const member of members) await join(controlPlane, member);
  console.info([machine(), `${memberCount} members × ${serviceCount} services`, ...(await measure(controlPlane, members, folder))].join("\n"));
} finally {
  for (const { client, server } of all.toReversed()) {
    await client.close();
    await server.stop();
  }
  rmSync(folder, { recursive: true, force: true });
}
