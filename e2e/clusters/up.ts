import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { buildPrograms } from "./build/build-programs.ts";
import { cacheFolder, kubernetesProgram, neededPrograms, otherProgram } from "./build/programs.ts";
import { ensureApiServer, ensureControllers } from "./daemons/control-plane.ts";
import { applyDns, untilReady } from "./daemons/dns.ts";
import { ensureNode } from "./daemons/node.ts";
import { ensurePki, kubeconfigOf } from "./daemons/pki.ts";
import { down } from "./down.ts";
import { ensureWeight } from "./host/cgroups.ts";
import { inotifyObstacle } from "./host/inotify.ts";
import { ensureBridge, ensureNamespace, ensureRoutes, freeSubnet } from "./host/network.ts";
import { ensurePlace } from "./host/place.ts";
import { startDetached } from "./host/processes.ts";
import { missing } from "./host/requirements.ts";
import { haveStandIns, makeStandIns } from "./images/stand-ins.ts";
import { publish, references } from "./images/store.ts";
import { withLock } from "./lock.ts";
import { placesOf, setId } from "./set/cluster-set.ts";
import type { Cluster, ClusterSet, ClusterWish } from "./set/cluster-set.ts";
import { SetState } from "./set/state.ts";

export interface UpOptions {
  folder: string;
  wished: readonly ClusterWish[];
  signal: AbortSignal;
  log: (line: string) => void;
}

/** One at a time changes the set of a folder. */
export function withSetLock<T>(folder: string, log: (line: string) => void, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  return withLock(path.join(cacheFolder, "locks", setId(folder)), () => log("another process works on these clusters, waiting"), work, signal);
}

export function imageStore(folder: string): string {
  return path.join(folder, "images");
}

/**
 * The clusters are up, whatever of them was up before: what lives stays, what died or was never started is started. When it
 * fails or is interrupted before there was anything, it takes down again what it began. Throws with what to do.
 */
export async function up({ folder, wished, signal, log }: UpOptions): Promise<ClusterSet> {
  const programs = neededPrograms(wished.map(({ minor }) => minor), wished.some(({ nodeCount }) => nodeCount > 0));
  const lacking = missing(programs);
  if (lacking.length > 0) throw new Error(lacking.join("\n"));
  await buildPrograms(programs, { signal, log });
  return withSetLock(folder, log, async () => {
    const isNew = SetState.read(folder) === undefined;
    const scarce = isNew ? inotifyObstacle(wished) : undefined;
    if (scarce !== undefined) log(scarce);
    try {
      return await bringUp({ folder, wished, signal, log });
    } catch (error) {
      if (isNew) await down(folder, log);
      throw error;
    }
  }, signal);
}

async function bringUp({ folder, wished, signal, log }: UpOptions): Promise<ClusterSet> {
  const startedMs = performance.now();
  const say = (line: string) => log(`${((performance.now() - startedMs) / 1000).toFixed(1).padStart(6)} s  ${line}`);
  const state = await withLock(path.join(cacheFolder, "locks/network"), () => log("another process lays a network, waiting"), async () => {
    const known = SetState.read(folder) ?? SetState.create(folder, await freeSubnet(setId(folder)));
    known.add(wished);
    await ensureBridge(known.set);
    return known;
  }, signal);
  const { set } = state;
  if (set.clusters.some(({ nodes }) => nodes.length > 0)) {
    ensureWeight();
    await ensureImages(state);
    say("images are published");
  }
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  // All have ended before a failure goes on: it takes down what they began.
  await Promise.all(set.clusters.map((cluster) => ensureCluster(state, cluster, either, say).catch((error: unknown) => failed.abort(error))));
  either.throwIfAborted();
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${set.kubeconfig}.half`, kubeconfigOf(set.clusters, "admin"), { mode: 0o600 });
  renameSync(`${set.kubeconfig}.half`, set.kubeconfig);
  say("up");
  return set;
}

async function ensureImages(state: SetState): Promise<void> {
  const { set, folder } = state;
  const store = imageStore(folder);
  if (!haveStandIns(references(store))) {
    for (const archive of await makeStandIns(path.join(store, "archives"))) await publish(store, archive);
  }
  if (state.running("host", "registry") !== undefined) return;
  const [host = "", port = ""] = set.pullAddress.split(":");
  const program = fileURLToPath(new URL("images/registry.ts", import.meta.url));
  const started = startDetached(process.execPath, [program, "--store", store, "--host", host, "--port", port], path.join(folder, "registry.log"));
  state.record({ ...started, place: "host", program: "registry" });
}

async function ensureCluster(state: SetState, cluster: Cluster, signal: AbortSignal, say: (line: string) => void): Promise<void> {
  const { set } = state;
  await ensurePki(cluster);
  for (const place of placesOf(cluster)) {
    await ensureNamespace(place, cluster, set.bridge);
    await ensurePlace(state, place, otherProgram("pause").file);
    await ensureRoutes(place, cluster);
  }
  signal.throwIfAborted();
  await ensureApiServer(state, cluster, signal);
  say(`${cluster.name}: Kubernetes ${kubernetesProgram(cluster.minor, "kube-apiserver").version} answers at ${cluster.server}`);
  await ensureControllers(state, cluster);
  if (cluster.nodes.length === 0) return;
  const sinceMs = Date.now();
  for (const node of cluster.nodes) await ensureNode(state, set, cluster, node);
  await applyDns(cluster, signal);
  await untilReady(cluster, sinceMs, signal);
  say(`${cluster.name}: ${cluster.nodes.map(({ name }) => name).join(", ")} ready, kube-proxy in ${cluster.proxyMode} mode`);
}
