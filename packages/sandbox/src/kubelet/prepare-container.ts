import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Pod } from "@sluice/kubernetes/kinds";
import { binaryOf, programOf, type Programs } from "../programs/image-table.ts";
import { containerEnvironment, ContainerConfigError, expandVariables } from "./container-environment.ts";
import { initContainersOf, type Container } from "./pod-spec.ts";
import type { NodeContext } from "./pod-worker.ts";
import type { PodVolumes } from "./volumes/pod-volumes.ts";
import { rewritePaths, type MountedPath } from "./volumes/rewrite-paths.ts";
import type { VolumeSources } from "./volumes/volume-files.ts";

export interface PodPlace {
  readonly dir: string;
  readonly ip: string;
  readonly proxyUrl: string;
  readonly sources: VolumeSources;
  readonly volumes: PodVolumes;
}

/** What a container's process is started with. */
export interface PreparedContainer {
  readonly argv: string[];
  readonly env: Record<string, string>;
  readonly cwd: string;
  readonly announces: boolean;
  /** Where the container's mounts really are. */
  readonly mounts: readonly MountedPath[];
}

/** Command line and environment of a container's process. Rejects with ContainerConfigError or VolumeError for what can't be started as written. */
export async function prepareContainer(node: NodeContext, pod: Pod, container: Container, place: PodPlace): Promise<PreparedContainer> {
  const program = programOf(container.image, node.programs);
  if (program === undefined) throw new ContainerConfigError(unknownImageMessage(container.image, node.programs));
  if (container.restartPolicy === "Always" && initContainersOf(pod).some(({ name }) => name === container.name)) {
    throw new ContainerConfigError(`init container ${container.name}: the sandbox has no sidecars (restartPolicy: Always); make it an ordinary container`);
  }
  const own = await containerEnvironment(container, pod, place.sources);
  await place.volumes.fill();
  const mounts = place.volumes.mountsOf(container, (text) => expandVariables(text, own));
  const real = (text: string): string => rewritePaths(text, mounts);
  const base = baseEnvironment(node, pod, place);
  const told = Object.fromEntries(Object.entries(own).map(([name, value]) => [name, real(value)]));
  const env = { ...base, ...told, ...nodeOptions(node.environment, told), POD_IP: place.ip };
  const args = (container.args ?? []).map((text) => real(expandVariables(text, { ...base, ...own })));
  const command = container.command?.map((text) => real(expandVariables(text, { ...base, ...own })));
  const hasCommand = command !== undefined && command.length > 0;
  const runsArgs = !hasCommand && program.runsCommands === true && isInPath(args[0] ?? "", base["PATH"] ?? "");
  const announces = program.announces === true && (!hasCommand || command[0] === program.binary);
  const workingDir = container.workingDir === undefined ? place.dir : real(container.workingDir);
  // A folder of the image is not there: its program is not of this machine.
  return { argv: [...(hasCommand ? command : runsArgs ? [] : program.command), ...args], env, cwd: existsSync(workingDir) ? workingDir : place.dir, announces, mounts };
}

function isInPath(name: string, folders: string): boolean {
  return name !== "" && !name.includes("/") && folders.split(delimiter).some((folder) => existsSync(join(folder, name)));
}

/** Names the images that there are. */
export function unknownImageMessage(image: string, programs: Programs): string {
  return `Back-off pulling image "${image}": the sandbox pulls no images; it has ${Object.keys(programs).join(", ")} (any tag)`;
}

/** Puts a small script for each program into a folder, which comes first in the PATH of every pod. */
export function writeShims(folder: string, programs: Programs): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  for (const [repository, program] of Object.entries(programs)) {
    writeFileSync(`${folder}/${binaryOf(repository, program)}`, `#!/bin/sh\nexec ${program.command.map(quote).join(" ")} "$@"\n`, { mode: 0o700 });
  }
}

function baseEnvironment(node: NodeContext, pod: Pod, place: PodPlace): Record<string, string> {
  const { hostname, port } = new URL(node.apiServer);
  const noProxy = "localhost,127.0.0.0/8";
  const kept = Object.fromEntries(["LANG", "TZ", "TMPDIR", "NODE_COMPILE_CACHE"].flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
  return {
    ...kept,
    PATH: `${place.dir}/bin:${process.env["PATH"] ?? "/usr/bin:/bin"}`,
    HOME: place.dir,
    HOSTNAME: pod.metadata.name,
    KUBERNETES_SERVICE_HOST: hostname,
    KUBERNETES_SERVICE_PORT: port,
    http_proxy: place.proxyUrl,
    HTTP_PROXY: place.proxyUrl,
    no_proxy: noProxy,
    NO_PROXY: noProxy,
    ...(existsSync(`${place.dir}/kubeconfig`) ? { KUBECONFIG: `${place.dir}/kubeconfig` } : {}),
    ...node.environment,
    SLUICE_CLUSTER: node.clusterName,
    SLUICE_POD: pod.metadata.name,
  };
}

/** A container's own NODE_OPTIONS come beside those that its processes need here. */
function nodeOptions(...environments: readonly Readonly<Record<string, string>>[]): Record<string, string> {
  const given = environments.flatMap(({ NODE_OPTIONS }) => NODE_OPTIONS ?? []);
  return given.length === 0 ? {} : { NODE_OPTIONS: given.join(" ") };
}
