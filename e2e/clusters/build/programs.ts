import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

/** A program that the tests build from its Go module. */
export interface Program {
  name: string;
  /** `v1.36.3`: what the module's go.mod requires. */
  version: string;
  /** Where its go.mod stands. */
  directory: string;
  /** What `go build` is given. */
  package: string;
  ldflags: string;
  /** Where the built program is kept: outside every checkout, one folder per version. */
  file: string;
}

const kubernetesNames = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "kubectl"] as const;
export type KubernetesName = (typeof kubernetesNames)[number];
export type KubernetesMinor = "1.35" | "1.36";
export const kubernetesMinors: readonly KubernetesMinor[] = ["1.35", "1.36"];
export const newestMinor: KubernetesMinor = "1.36";
/** What kubectl is built of: the three newest minors, of which people may have any. */
const kubectlMinors = [...kubernetesMinors, "1.37"] as const;
type KubectlMinor = (typeof kubectlMinors)[number];

const modules = path.join(import.meta.dirname, "../modules");
/** What is built once for every checkout. */
export const cacheFolder = path.join(process.env["XDG_CACHE_HOME"] || path.join(homedir(), ".cache"), "sluice");

/** The version of `module` that the go.mod in `directory` requires: the only place where it is written. */
function requiredVersion(directory: string, module: string): string {
  const text = readFileSync(path.join(directory, "go.mod"), "utf8");
  const version = new RegExp(`^(?:require)?\\s*${module.replaceAll(".", "\\.")} (v\\S+)(?: // indirect)?$`, "m").exec(text)?.[1];
  if (version === undefined) throw new Error(`${directory}/go.mod does not require ${module}`);
  return version;
}

/** The version of Kubernetes of that minor: `v1.36.3`. */
export function kubernetesVersion(minor: KubectlMinor): string {
  return requiredVersion(path.join(modules, `kubernetes-${minor}`), "k8s.io/kubernetes");
}

/** Where the programs of that minor are, and a link to etcd: what KUBEBUILDER_ASSETS expects. */
export function kubernetesAssets(minor: KubectlMinor): string {
  return path.join(cacheFolder, "kubernetes", kubernetesVersion(minor));
}

export function kubernetesProgram(minor: KubernetesMinor, name: KubernetesName): Program;
export function kubernetesProgram(minor: KubectlMinor, name: "kubectl"): Program;
export function kubernetesProgram(minor: KubectlMinor, name: KubernetesName): Program {
  const version = kubernetesVersion(minor);
  const [major, minorNumber] = minor.split(".");
  // Without them the programs call themselves v0.0.0, and clients that look at the version take them for ancient.
  const set = {
    "k8s.io/component-base/version.gitVersion": version,
    "k8s.io/component-base/version.gitMajor": major,
    "k8s.io/component-base/version.gitMinor": minorNumber,
    "k8s.io/client-go/pkg/version.gitVersion": version,
  };
  return {
    name,
    version,
    directory: path.join(modules, `kubernetes-${minor}`),
    package: `k8s.io/kubernetes/cmd/${name}`,
    ldflags: Object.entries(set).map(([variable, value]) => `-X ${variable}=${value}`).join(" "),
    file: path.join(kubernetesAssets(minor), name),
  };
}

const others = {
  pause: { module: undefined, package: "." },
  etcd: { module: "go.etcd.io/etcd/server/v3", package: "." },
  coredns: { module: "github.com/coredns/coredns", package: "." },
  helm: { module: "helm.sh/helm/v3", package: "helm.sh/helm/v3/cmd/helm" },
} as const;

/** etcd, CoreDNS, Helm, or the process that holds a pod. */
export function otherProgram(name: keyof typeof others): Program {
  const directory = path.join(modules, name);
  const { module } = others[name];
  // Without a module of another's it is our own, and small: the text is its version.
  const version = module === undefined ? createHash("sha256").update(readFileSync(path.join(directory, "main.go"))).digest("hex").slice(0, 12) : requiredVersion(directory, module);
  const ldflags = name === "helm" ? `-X helm.sh/helm/v3/internal/version.version=${version}` : "";
  return { name, version, directory, package: others[name].package, ldflags, file: path.join(cacheFolder, name, version, name) };
}

/** All of them, in the order in which they are waited for. */
export function allPrograms(): Program[] {
  return [...neededPrograms([newestMinor, "1.35"], true), ...kubectlMinors.filter((minor) => minor !== newestMinor).map((minor) => kubernetesProgram(minor, "kubectl")), otherProgram("helm")];
}

/** What clusters of these minors are made of, with nodes or without. */
export function neededPrograms(minors: readonly KubernetesMinor[], withNodes: boolean): Program[] {
  const server = kubernetesNames.filter((name) => (withNodes ? name !== "kubectl" : name === "kube-apiserver" || name === "kube-controller-manager"));
  return [
    otherProgram("pause"),
    otherProgram("etcd"),
    ...[...new Set(minors)].flatMap((minor) => server.map((name) => kubernetesProgram(minor, name))),
    ...(withNodes ? [kubernetesProgram(newestMinor, "kubectl"), otherProgram("coredns")] : []),
  ];
}
