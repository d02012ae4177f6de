import type { ConfigMap, Pod, Secret } from "@sluice/kubernetes/kinds";
import type { Container, EnvVar } from "./pod-spec.ts";

/** What the environment may refer to; both resolve to undefined for what does not exist. */
export interface EnvironmentSources {
  configMap(name: string): Promise<ConfigMap | undefined>;
  secret(name: string): Promise<Secret | undefined>;
  readonly podIp: string;
  readonly hostIp: string;
}

/** A container can't be started as it is written: CreateContainerConfigError, with what to change. */
export class ContainerConfigError extends Error {
  override readonly name = "ContainerConfigError";
  readonly code = "CreateContainerConfigError";
  readonly eventReason = "Failed";
}

/** The container's own environment: `envFrom`, then `env` in order, with `$(NAME)` of what came before. */
export async function containerEnvironment(container: Container, pod: Pod, sources: EnvironmentSources): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const { prefix = "", configMapRef, secretRef } of container.envFrom ?? []) {
    if (configMapRef !== undefined) {
      const data = (await sources.configMap(configMapRef.name))?.data;
      if (data === undefined && configMapRef.optional !== true) throw new ContainerConfigError(`configmap "${configMapRef.name}" not found`);
      for (const [key, value] of Object.entries(data ?? {})) values[prefix + key] = value;
    }
    if (secretRef !== undefined) {
      const data = (await sources.secret(secretRef.name))?.data;
      if (data === undefined && secretRef.optional !== true) throw new ContainerConfigError(`secret "${secretRef.name}" not found`);
      for (const [key, value] of Object.entries(data ?? {})) values[prefix + key] = decode(value);
    }
  }
  for (const variable of container.env ?? []) {
    const value = await valueOf(variable, pod, sources, values);
    if (value !== undefined) values[variable.name] = value;
  }
  return values;
}

/** Replaces `$(NAME)` by its value; `$$(NAME)` stays as `$(NAME)`, and so does an unknown name (core/v1 EnvVar). */
export function expandVariables(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$\$|\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)/g, (match, name: string | undefined) => (name === undefined ? "$" : (values[name] ?? match)));
}

async function valueOf(variable: EnvVar, pod: Pod, sources: EnvironmentSources, before: Readonly<Record<string, string>>): Promise<string | undefined> {
  const from = variable.valueFrom;
  if (from === undefined) return expandVariables(variable.value ?? "", before);
  if (from.fieldRef !== undefined) return fieldOf(pod, from.fieldRef.fieldPath, sources);
  if (from.configMapKeyRef !== undefined) {
    const { name, key, optional } = from.configMapKeyRef;
    const value = (await sources.configMap(name))?.data?.[key];
    if (value === undefined && optional !== true) throw new ContainerConfigError(`couldn't find key ${key} in ConfigMap ${pod.metadata.namespace}/${name}`);
    return value;
  }
  if (from.secretKeyRef !== undefined) {
    const { name, key, optional } = from.secretKeyRef;
    const value = (await sources.secret(name))?.data?.[key];
    if (value === undefined && optional !== true) throw new ContainerConfigError(`couldn't find key ${key} in Secret ${pod.metadata.namespace}/${name}`);
    return value === undefined ? undefined : decode(value);
  }
  throw new ContainerConfigError(`env ${variable.name}: the sandbox knows fieldRef, configMapKeyRef and secretKeyRef, not ${Object.keys(from).join()}`);
}

/** A field of the pod by its path (`metadata.name`, `metadata.labels['key']`, …). Throws ContainerConfigError for one that the sandbox does not know. */
export function fieldOf(pod: Pod, path: string, sources: Pick<EnvironmentSources, "podIp" | "hostIp">): string {
  const keyed = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(path);
  if (keyed !== null) return pod.metadata[keyed[1] as "labels" | "annotations"]?.[keyed[2] ?? ""] ?? "";
  const fields: Record<string, string | undefined> = {
    "metadata.name": pod.metadata.name,
    "metadata.namespace": pod.metadata.namespace,
    "metadata.uid": pod.metadata.uid,
    "spec.nodeName": pod.spec.nodeName,
    "spec.serviceAccountName": pod.spec.serviceAccountName,
    "status.podIP": sources.podIp,
    "status.podIPs": sources.podIp,
    "status.hostIP": sources.hostIp,
  };
  if (!(path in fields)) throw new ContainerConfigError(`fieldRef "${path}" is not one of ${Object.keys(fields).join(", ")}, metadata.labels['key'], metadata.annotations['key']`);
  return fields[path] ?? "";
}

function decode(base64: string): string {
  return Buffer.from(base64, "base64").toString("utf8");
}
