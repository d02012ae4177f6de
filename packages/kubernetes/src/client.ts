import type { KubernetesObject, ObjectRef, ResourceType } from "./resource.ts";

/** One JSON Patch operation (RFC 6902). */
export interface JsonPatchOperation {
  op: "add" | "remove" | "replace" | "test" | "move" | "copy";
  path: string;
  from?: string;
  value?: unknown;
}

export type Patch =
  | { type: "json"; body: readonly JsonPatchOperation[] }
  | { type: "merge"; body: unknown }
  | { type: "strategic"; body: unknown }
  | { type: "apply"; body: unknown; force?: boolean };

export interface WriteOptions {
  /** Overrides the client's field manager. */
  fieldManager?: string;
  /** `finalize` is of namespaces only. */
  subresource?: "status" | "scale" | "finalize";
  dryRun?: boolean;
  signal?: AbortSignal;
}

export interface ListOptions {
  /** Absent: all namespaces. */
  namespace?: string | undefined;
  labelSelector?: string;
  fieldSelector?: string;
  signal?: AbortSignal;
}

export interface DeleteOptions {
  propagationPolicy?: "Foreground" | "Background" | "Orphan";
  preconditions?: { uid?: string; resourceVersion?: string };
  /** Seconds that a pod may still take; 0 removes it at once. */
  gracePeriodSeconds?: number;
  signal?: AbortSignal;
}

export type WatchEvent<T> =
  | { type: "ADDED" | "MODIFIED" | "DELETED"; object: T }
  | { type: "BOOKMARK"; object: { metadata: { resourceVersion: string } } };

export interface PodProxyResponse {
  status: number;
  headers: Headers;
  /** Raw body, streamed; ends with the response, throws when it breaks. */
  body: AsyncIterable<Uint8Array>;
}

/**
 * A Kubernetes API, as the product uses it. Every method throws `ApiError` for an answer that is not 2xx and
 * `ConnectionError` when there was no answer; nothing is retried inside.
 */
export interface KubernetesClient {
  /** Address of the API server, for messages. */
  readonly server: string;
  get<T extends KubernetesObject>(type: ResourceType<T>, ref: ObjectRef, options?: { signal?: AbortSignal }): Promise<T>;
  list<T extends KubernetesObject>(type: ResourceType<T>, options?: ListOptions): Promise<{ items: T[]; resourceVersion: string }>;
  /** Yields until the server closes the watch (clean end); throws ApiError 410 when the version is too old. */
  watch<T extends KubernetesObject>(
    type: ResourceType<T>,
    options: ListOptions & { resourceVersion: string; timeoutSeconds?: number },
  ): AsyncIterable<WatchEvent<T>>;
  create<T extends KubernetesObject>(type: ResourceType<T>, object: T, options?: WriteOptions): Promise<T>;
  replace<T extends KubernetesObject>(type: ResourceType<T>, object: T, options?: WriteOptions): Promise<T>;
  patch<T extends KubernetesObject>(type: ResourceType<T>, ref: ObjectRef, patch: Patch, options?: WriteOptions): Promise<T>;
  delete(type: ResourceType, ref: ObjectRef, options?: DeleteOptions): Promise<void>;
  /** GET through `pods/NAME:PORT/proxy/PATH`; the body streams. */
  podProxy(ref: ObjectRef, request: { port: number; path: string; signal?: AbortSignal; headers?: Readonly<Record<string, string>> }): Promise<PodProxyResponse>;
  /** GET of any other path of the API server, e.g. "/version" or "/readyz". */
  raw(path: string, options?: { signal?: AbortSignal }): Promise<{ status: number; text: string }>;
  /** Closes pooled connections; later calls throw. */
  close(): Promise<void>;
}
