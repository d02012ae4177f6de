import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { parse, stringify } from "yaml";
import { startCluster, type ClusterOptions, type SandboxCluster } from "./sandbox-cluster.ts";

export interface SandboxOptions extends Pick<ClusterOptions, "programs" | "singleAddress" | "workloads" | "onError"> {
  readonly clusters: readonly { readonly name: string; readonly version?: string }[];
  /** Folder of all state; the kubeconfig is `kubeconfig` in it. */
  readonly dir: string;
  /** Forgets what the folder has of these clusters. */
  readonly fresh?: boolean;
}

export interface Sandbox {
  readonly clusters: readonly SandboxCluster[];
  /** Path of the kubeconfig that has all clusters; its contexts are their names. */
  readonly kubeconfigPath: string;
  stop(): Promise<void>;
}

/** The name of a cluster can't be one: it is a folder and a context. */
export class ClusterNameError extends Error {
  override readonly name = "ClusterNameError";
  readonly code = "cluster_name";
}

const clusterName = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Starts several clusters with one kubeconfig. Throws ClusterNameError; rejects, with nothing left running, when one can't start. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { clusters, dir, fresh = false, ...shared } = options;
  const names = clusters.map(({ name }) => name);
  const bad = names.find((name, index) => !clusterName.test(name) || names.indexOf(name) !== index);
  if (bad !== undefined) throw new ClusterNameError(`cluster "${bad}": names are lower-case letters, digits and "-", at most 63, and differ from each other`);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  if (fresh) for (const name of names) rmSync(`${dir}/clusters/${name}`, { recursive: true, force: true });
  const results = await Promise.allSettled(clusters.map((cluster) => startCluster({ ...shared, ...cluster, dir: `${dir}/clusters/${cluster.name}` })));
  const started = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const stop = async (): Promise<void> => void (await Promise.all(started.map((cluster) => cluster.stop())));
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  const kubeconfigPath = `${dir}/kubeconfig`;
  writeAtomically(kubeconfigPath, mergeKubeconfigs(started.map(({ kubeconfig }) => kubeconfig)));
  return { clusters: started, kubeconfigPath, stop };
}

/** One kubeconfig with all entries; the first one's context is the current. */
function mergeKubeconfigs(texts: readonly string[]): string {
  const all = texts.map((text) => parse(text) as Record<"clusters" | "users" | "contexts", unknown[]> & { "current-context": string });
  const joined = (field: "clusters" | "users" | "contexts"): unknown[] => all.flatMap((one) => one[field]);
  return stringify({ apiVersion: "v1", kind: "Config", "current-context": all[0]?.["current-context"] ?? "", clusters: joined("clusters"), users: joined("users"), contexts: joined("contexts") });
}

/** A reader sees the old file or the new one, never a part; only the owner may read it, since it has tokens. */
function writeAtomically(path: string, text: string): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text, { mode: 0o600 });
  renameSync(draft, path);
}
