import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

/** Programs of one Kubernetes version. */
export interface KubernetesAssets {
  /** Name of the folder; with the builder's folders the version, e.g. "v1.36.3". */
  readonly version: string;
  readonly apiServer: string;
  readonly etcd: string;
  /** Absent in folders made by setup-envtest. */
  readonly controllerManager: string | undefined;
  readonly kubectl: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Why there are none, and what to do. */
export const noAssets = "there is no kube-apiserver with an etcd: name folders that have both in KUBEBUILDER_ASSETS, or build them with `npm run clusters -- build`";

/**
 * The API servers that can be started here, oldest first: those in the folders of KUBEBUILDER_ASSETS (several are
 * separated as in PATH), or else every version that was built into the cache. Empty where there are none: `noAssets`.
 */
export function findAssets(env: Environment = process.env): KubernetesAssets[] {
  const etcdFolders = foldersIn(path.join(cacheOf(env), "etcd")).toReversed();
  return versionFolders(env).flatMap((folder): KubernetesAssets[] => {
    const apiServer = path.join(folder, "kube-apiserver");
    const etcd = [folder, ...etcdFolders].map((one) => path.join(one, "etcd")).find(isProgram);
    if (!isProgram(apiServer) || etcd === undefined) return [];
    const optional = (name: string) => [path.join(folder, name)].find(isProgram);
    return [{ version: path.basename(folder), apiServer, etcd, controllerManager: optional("kube-controller-manager"), kubectl: optional("kubectl") }];
  });
}

/** Every kubectl in these folders, oldest first; one needs no kube-apiserver beside it. */
export function findBuiltKubectls(env: Environment = process.env): { version: string; path: string }[] {
  return versionFolders(env)
    .map((folder) => ({ version: path.basename(folder), path: path.join(folder, "kubectl") }))
    .filter((kubectl) => isProgram(kubectl.path));
}

function versionFolders(env: Environment): string[] {
  const given = (env["KUBEBUILDER_ASSETS"] ?? "").split(path.delimiter).filter((folder) => folder !== "");
  return given.length > 0 ? given : foldersIn(path.join(cacheOf(env), "kubernetes"));
}

function cacheOf(env: Environment): string {
  return path.join(env["XDG_CACHE_HOME"] || path.join(homedir(), ".cache"), "sluice");
}

function foldersIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }));
  return names.map((name) => path.join(folder, name));
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
