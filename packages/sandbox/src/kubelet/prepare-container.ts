import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { ApiError } from "@sluice/kubernetes/api-error";
import { kinds, type Pod } from "@sluice/kubernetes/kinds";
import { binaryOf, programOf, type Programs } from "../programs/image-table.ts";
import { containerEnvironment, ContainerConfigError, expandVariables } from "./container-environment.ts";
import type { Container } from "./pod-spec.ts";
import type { NodeContext } from "./pod-worker.ts";

export interface PodPlace {
  readonly dir: string;
  readonly ip: string;
  readonly proxyUrl: string;
}

/** Command line and environment of a container's process. Rejects with ContainerConfigError for what can't be started as written. */
export async function prepareContainer(node: NodeContext, pod: Pod, container: Container, place: PodPlace): Promise<{ argv: string[]; env: Record<string, string>; announces: boolean }> {
  const program = programOf(container.image, node.programs);
  if (program === undefined) throw new ContainerConfigError(unknownImageMessage(container.image, node.programs));
  const initContainers = pod.spec["initContainers"];
  if (Array.isArray(initContainers) && initContainers.length > 0) throw new ContainerConfigError("the sandbox runs no initContainers; remove them, or use a real cluster");
  const namespace = pod.metadata.namespace ?? "";
  const own = await containerEnvironment(container, pod, {
    configMap: (name) => orAbsent(node.client.get(kinds.configMaps, { namespace, name })),
    secret: (name) => orAbsent(node.client.get(kinds.secrets, { namespace, name })),
    podIp: place.ip,
    hostIp: node.nodeIp,
  });
  const env = { ...baseEnvironment(node, pod, place), ...own, ...nodeOptions(node.environment, own), POD_IP: place.ip };
  const args = (container.args ?? []).map((text) => expandVariables(text, env));
  const command = container.command?.map((text) => expandVariables(text, env));
  const hasCommand = command !== undefined && command.length > 0;
  const announces = program.announces === true && (!hasCommand || command[0] === program.binary);
  return { argv: [...(hasCommand ? command : program.command), ...args], env, announces };
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

async function orAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}
