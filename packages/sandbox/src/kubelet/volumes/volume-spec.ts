/** A file that a volume takes from a key. */
export interface KeyToPath {
  key: string;
  path: string;
  mode?: number;
}

export interface FieldItem {
  path: string;
  fieldRef?: { fieldPath: string };
  resourceFieldRef?: unknown;
  mode?: number;
}

interface ConfigMapSource {
  name?: string;
  items?: KeyToPath[];
  optional?: boolean;
}
interface SecretSource extends ConfigMapSource {
  /** A secret volume names its Secret by this field, a projected one by `name`. */
  secretName?: string;
}
interface FieldsSource {
  items?: FieldItem[];
}

export interface ProjectedSource {
  configMap?: ConfigMapSource;
  secret?: SecretSource;
  downwardAPI?: FieldsSource;
  serviceAccountToken?: { path: string; audience?: string; expirationSeconds?: number };
  [other: string]: unknown;
}

/** core/v1 Volume, as far as the sandbox has it; every other source is refused. */
export interface Volume {
  name: string;
  emptyDir?: object;
  configMap?: ConfigMapSource & { defaultMode?: number };
  secret?: SecretSource & { defaultMode?: number };
  downwardAPI?: FieldsSource & { defaultMode?: number };
  projected?: { sources?: ProjectedSource[]; defaultMode?: number };
  [other: string]: unknown;
}

export interface VolumeMount {
  name: string;
  mountPath: string;
  subPath?: string;
  subPathExpr?: string;
}

/** A volume can't be had: its pod waits, and an Event says why. */
export class VolumeError extends Error {
  override readonly name = "VolumeError";
  readonly code = "ContainerCreating";
  readonly eventReason = "FailedMount";
}
