import type { ConfigMap, Pod, Secret } from "@sluice/kubernetes/kinds";
import { fieldOf, type EnvironmentSources } from "../container-environment.ts";
import { VolumeError, type FieldItem, type KeyToPath, type ProjectedSource, type Volume } from "./volume-spec.ts";

/** What volumes may refer to. */
export interface VolumeSources extends EnvironmentSources {
  /** A token of the pod's account for an audience (undefined: the API server). */
  token(audience: string | undefined, seconds: number): Promise<string>;
}

export interface VolumeFile {
  /** Relative to the volume; checked. */
  readonly path: string;
  readonly content: Uint8Array;
  readonly mode: number;
}

const defaultMode = 0o644;
const tokenSeconds = 3600;
/** What stands in a volume of each kind; all others need what processes on one machine don't have. */
const known = ["emptyDir", "configMap", "secret", "downwardAPI", "projected"];

/** The files of a volume, or undefined for an empty folder that is the pod's own. Rejects with VolumeError. */
export async function volumeFiles(volume: Volume, pod: Pod, sources: VolumeSources): Promise<VolumeFile[] | undefined> {
  const { name, ...rest } = volume;
  const other = Object.keys(rest).find((key) => !known.includes(key));
  if (other !== undefined) throw new VolumeError(`volume "${name}": the sandbox has no ${other} volumes; it has ${known.join(", ")}`);
  const { projected, configMap, secret, downwardAPI } = volume;
  if (projected !== undefined) {
    const parts = await Promise.all((projected.sources ?? []).map((source) => sourceFiles(name, source, projected.defaultMode ?? defaultMode, pod, sources)));
    return parts.flat();
  }
  if (configMap !== undefined) return await sourceFiles(name, { configMap }, configMap.defaultMode ?? defaultMode, pod, sources);
  if (secret !== undefined) return await sourceFiles(name, { secret: { ...secret, name: secret.secretName ?? "" } }, secret.defaultMode ?? defaultMode, pod, sources);
  if (downwardAPI !== undefined) return await sourceFiles(name, { downwardAPI }, downwardAPI.defaultMode ?? defaultMode, pod, sources);
  return undefined;
}

async function sourceFiles(volume: string, source: ProjectedSource, mode: number, pod: Pod, sources: VolumeSources): Promise<VolumeFile[]> {
  const { configMap, secret, downwardAPI, serviceAccountToken, ...others } = source;
  const other = Object.keys(others)[0];
  if (other !== undefined) throw new VolumeError(`volume "${volume}": the sandbox projects no ${other}; it projects configMap, secret, downwardAPI and serviceAccountToken`);
  const at = (path: string): string => checkedPath(volume, path);
  if (configMap !== undefined) return pick(volume, "configmap", configMap, contentOf(await sources.configMap(configMap.name ?? "")), mode);
  if (secret !== undefined) return pick(volume, "secret", secret, contentOf(await sources.secret(secret.name ?? ""), true), mode);
  if (serviceAccountToken !== undefined) {
    const { path, audience, expirationSeconds = tokenSeconds } = serviceAccountToken;
    return [{ path: at(path), content: Buffer.from(await sources.token(audience, expirationSeconds)), mode }];
  }
  return (downwardAPI?.items ?? []).map((item) => ({ path: at(item.path), content: Buffer.from(fieldText(volume, item, pod, sources)), mode: item.mode ?? mode }));
}

type Content = Readonly<Record<string, Uint8Array>> | undefined;

function contentOf(object: ConfigMap | Secret | undefined, isSecret = false): Content {
  if (object === undefined) return undefined;
  const text = Object.entries(object.data ?? {}).map(([key, value]): [string, Uint8Array] => [key, Buffer.from(value, isSecret ? "base64" : "utf8")]);
  const { binaryData = {} } = object as { binaryData?: Record<string, string> };
  return Object.fromEntries([...text, ...Object.entries(binaryData).map(([key, value]): [string, Uint8Array] => [key, Buffer.from(value, "base64")])]);
}

function pick(volume: string, kind: string, source: { name?: string; items?: KeyToPath[]; optional?: boolean }, content: Content, mode: number): VolumeFile[] {
  if (content === undefined) {
    if (source.optional === true) return [];
    throw new VolumeError(`MountVolume.SetUp failed for volume "${volume}" : ${kind} "${source.name}" not found`);
  }
  const items = source.items ?? Object.keys(content).map((key): KeyToPath => ({ key, path: key }));
  return items.flatMap((item) => {
    const found = content[item.key];
    if (found !== undefined) return [{ path: checkedPath(volume, item.path), content: found, mode: item.mode ?? mode }];
    if (source.optional === true) return [];
    throw new VolumeError(`MountVolume.SetUp failed for volume "${volume}" : references non-existent ${kind} key: ${item.key}`);
  });
}

/** Labels and annotations as a whole are lines of `key="value"` (kubernetes pkg/fieldpath FormatMap). */
function fieldText(volume: string, item: FieldItem, pod: Pod, sources: VolumeSources): string {
  const path = item.fieldRef?.fieldPath;
  if (path === undefined) throw new VolumeError(`volume "${volume}": the sandbox knows fieldRef for ${item.path}, not ${Object.keys(item).find((key) => key.endsWith("Ref")) ?? "nothing"}`);
  if (path !== "metadata.labels" && path !== "metadata.annotations") return fieldOf(pod, path, sources);
  const values = (path === "metadata.labels" ? pod.metadata.labels : pod.metadata.annotations) ?? {};
  return Object.keys(values)
    .sort()
    .map((key) => `${key}=${JSON.stringify(values[key])}`)
    .join("\n");
}

/** A path that stays below its volume. Throws VolumeError. */
export function checkedPath(volume: string, path: string): string {
  if (path === "" || path.startsWith("/") || path.split("/").includes("..")) throw new VolumeError(`volume "${volume}": path "${path}" must be relative and without ".."`);
  return path;
}
