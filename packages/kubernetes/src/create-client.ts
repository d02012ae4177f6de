import { createSecureContext, type SecureContext, type SecureContextOptions } from "node:tls";
import { Agent, type Dispatcher } from "undici";
import { ApiError, ConnectionError, type StatusBody } from "./api-error.ts";
import type { DeleteOptions, KubernetesClient, ListOptions, Patch, PodProxyResponse, WatchEvent, WriteOptions } from "./client.ts";
import { toConnectionError } from "./to-connection-error.ts";
import type { Credentials } from "./credentials.ts";
import { loadCredentials } from "./load-credentials.ts";
import { parseKubeconfig } from "./parse-kubeconfig.ts";
import { readWatch } from "./read-watch.ts";
import type { KubernetesObject, ObjectRef, ResourceType } from "./resource.ts";
import { queryString, resourcePath } from "./resource-url.ts";
import { turnOfItsOwn } from "./turn-of-its-own.ts";

const connectMsMax = 5_000;
const answerMsMax = 30_000;
const bodyLengthMax = 128 * 1024 * 1024;
const watchSecondsDefault = 300;
/** Reading so many bytes of JSON takes a few milliseconds. */
const longLength = 256 * 1024;

export interface CreateClientOptions {
  /** Text of a kubeconfig from a person: read strictly, see `parseKubeconfig`. */
  kubeconfig?: string;
  context?: string | undefined;
  /** Accept plain http and unverified TLS in `kubeconfig`. */
  allowInsecure?: boolean;
  /** Parsed credentials. Without these and without `kubeconfig`: those of the process, see `loadCredentials`. */
  credentials?: Credentials;
  userAgent?: string;
  /** Named in managedFields by every write. Default "sluice". */
  fieldManager?: string;
}

/**
 * A client of one API server with pooled connections. Throws `KubeconfigError` for credentials that can't be used;
 * connects only on the first call.
 */
export function createClient(options: CreateClientOptions = {}): KubernetesClient {
  const { kubeconfig, context, allowInsecure } = options;
  const credentials =
    options.credentials ?? (kubeconfig === undefined ? loadCredentials({ context }) : parseKubeconfig(kubeconfig, { context, allowInsecure }));
  return new UndiciClient(credentials, options.userAgent ?? "sluice", options.fieldManager ?? "sluice");
}

/** One context for all connections, since reading certificates and keys takes longer than a handshake. */
function secretsOf({ authority, client }: Credentials): SecureContextOptions | { secureContext: SecureContext } {
  const secrets = { ...(authority === undefined ? {} : { ca: authority }), ...(client === undefined ? {} : { cert: client.certificate, key: client.key }) };
  try {
    return { secureContext: createSecureContext(secrets) };
  } catch {
    // What is wrong with them is told by the first call, as everything that is wrong with a connection.
    return secrets;
  }
}

interface Request {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  body?: unknown;
  contentType?: string;
  accept?: string;
  headers?: Readonly<Record<string, string>> | undefined;
  signal?: AbortSignal | undefined;
  /** Longest silence within the body, ms; 0: none. */
  silenceMsMax?: number;
}

const patchTypes = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml",
} as const;

class UndiciClient implements KubernetesClient {
  readonly server: string;
  readonly #origin: string;
  readonly #prefix: string;
  readonly #agent: Agent;
  readonly #credentials: Credentials;
  readonly #userAgent: string;
  readonly #fieldManager: string;

  constructor(credentials: Credentials, userAgent: string, fieldManager: string) {
    const url = new URL(credentials.server);
    this.server = credentials.server;
    this.#origin = url.origin;
    this.#prefix = url.pathname.replace(/\/+$/, "");
    this.#credentials = credentials;
    this.#userAgent = userAgent;
    this.#fieldManager = fieldManager;
    this.#agent = new Agent({
      // Every watch holds a connection of its own, so their number must not be bounded below that of the informers.
      connections: 256,
      pipelining: 1,
      // Nothing is gained where every watch has a connection of its own, and closing an HTTP/2 session under a request
      // can end the process by an error that nobody can listen for (undici lib/dispatcher/client-h2.js).
      allowH2: false,
      keepAliveTimeout: 30_000,
      connect: {
        timeout: connectMsMax,
        keepAliveInitialDelay: 15_000,
        rejectUnauthorized: credentials.insecure !== true,
        ...secretsOf(credentials),
        ...(credentials.serverName === undefined ? {} : { servername: credentials.serverName }),
      },
    });
  }

  async get<T extends KubernetesObject>(type: ResourceType<T>, ref: ObjectRef, options: { signal?: AbortSignal } = {}): Promise<T> {
    return await this.#json<T>({ path: resourcePath(type, ref), signal: options.signal });
  }

  async list<T extends KubernetesObject>(type: ResourceType<T>, options: ListOptions = {}): Promise<{ items: T[]; resourceVersion: string }> {
    const { namespace, labelSelector, fieldSelector, signal } = options;
    const path = resourcePath(type, { namespace }) + queryString({ labelSelector, fieldSelector });
    const list = await this.#json<{ items?: T[] | null; metadata?: { resourceVersion?: string } }>({ path, signal });
    const apiVersion = type.group === "" ? type.version : `${type.group}/${type.version}`;
    // Items of a list come without apiVersion and kind (apimachinery drops a list item's TypeMeta).
    const items = (list.items ?? []).map((item) => Object.assign(item, { apiVersion, kind: type.kind }));
    return { items, resourceVersion: list.metadata?.resourceVersion ?? "" };
  }

  async *watch<T extends KubernetesObject>(
    type: ResourceType<T>,
    options: ListOptions & { resourceVersion: string; timeoutSeconds?: number },
  ): AsyncGenerator<WatchEvent<T>> {
    const { namespace, labelSelector, fieldSelector, signal, resourceVersion } = options;
    const timeoutSeconds = options.timeoutSeconds ?? watchSecondsDefault;
    const query = queryString({ watch: true, allowWatchBookmarks: true, labelSelector, fieldSelector, resourceVersion, timeoutSeconds });
    const path = resourcePath(type, { namespace }) + query;
    const response = await this.#send({ path, signal, silenceMsMax: (timeoutSeconds + 30) * 1000 });
    if (response.statusCode >= 300) throw await this.#failure(response);
    yield* readWatch<T>(this.#chunks(response));
  }

  async create<T extends KubernetesObject>(type: ResourceType<T>, object: T, options: WriteOptions = {}): Promise<T> {
    const path = resourcePath(type, { namespace: object.metadata.namespace }) + this.#writeQuery(options);
    return await this.#json<T>({ method: "POST", path, body: object, signal: options.signal });
  }

  async replace<T extends KubernetesObject>(type: ResourceType<T>, object: T, options: WriteOptions = {}): Promise<T> {
    const path = resourcePath(type, { ...refOf(object), subresource: options.subresource }) + this.#writeQuery(options);
    return await this.#json<T>({ method: "PUT", path, body: object, signal: options.signal });
  }

  async patch<T extends KubernetesObject>(type: ResourceType<T>, ref: ObjectRef, patch: Patch, options: WriteOptions = {}): Promise<T> {
    const force = patch.type === "apply" ? patch.force : undefined;
    const path = resourcePath(type, { ...ref, subresource: options.subresource }) + this.#writeQuery(options, force);
    return await this.#json<T>({ method: "PATCH", path, body: patch.body, contentType: patchTypes[patch.type], signal: options.signal });
  }

  async delete(type: ResourceType, ref: ObjectRef, options: DeleteOptions = {}): Promise<void> {
    const { propagationPolicy, preconditions, gracePeriodSeconds, signal } = options;
    const body = { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy, preconditions, gracePeriodSeconds };
    await this.#json({ method: "DELETE", path: resourcePath(type, ref), body, signal });
  }

  async podProxy(ref: ObjectRef, request: { port: number; path: string; signal?: AbortSignal; headers?: Readonly<Record<string, string>> }): Promise<PodProxyResponse> {
    const pod = `${encodeURIComponent(ref.name)}:${request.port}`;
    const path = `/api/v1/namespaces/${encodeURIComponent(ref.namespace ?? "default")}/pods/${pod}/proxy/${request.path.replace(/^\/+/, "")}`;
    const response = await this.#send({ path, accept: "*/*", signal: request.signal, silenceMsMax: 0, headers: request.headers });
    if (response.statusCode >= 300) throw await this.#failure(response);
    const headers = new Headers();
    for (const [name, value] of Object.entries(response.headers)) {
      for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) headers.append(name, one);
    }
    return { status: response.statusCode, headers, body: this.#chunks(response) };
  }

  async raw(path: string, options: { signal?: AbortSignal } = {}): Promise<{ status: number; text: string }> {
    const response = await this.#send({ path, accept: "*/*", signal: options.signal });
    return { status: response.statusCode, text: await this.#text(response) };
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  #writeQuery(options: WriteOptions, force?: boolean): string {
    return queryString({ fieldManager: options.fieldManager ?? this.#fieldManager, dryRun: options.dryRun === true ? "All" : undefined, force });
  }

  async #send(request: Request): Promise<Dispatcher.ResponseData> {
    const { signal, silenceMsMax } = request;
    const headers: Record<string, string> = { ...request.headers, accept: request.accept ?? "application/json", "user-agent": this.#userAgent };
    const token = this.#credentials.token?.();
    if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
    if (request.body !== undefined) headers["content-type"] = request.contentType ?? "application/json";
    try {
      return await this.#agent.request({
        origin: this.#origin,
        path: this.#prefix + request.path,
        method: request.method ?? "GET",
        headers,
        headersTimeout: answerMsMax,
        bodyTimeout: silenceMsMax ?? answerMsMax,
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      throw toConnectionError(error, this.server);
    }
  }

  async #json<T>(request: Request): Promise<T> {
    const response = await this.#send(request);
    if (response.statusCode >= 300) throw await this.#failure(response);
    const text = await this.#text(response);
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      throw new ConnectionError("other", `${this.server}: the answer to ${request.path} is not JSON`, cause);
    }
  }

  async #failure(response: Dispatcher.ResponseData): Promise<ApiError> {
    const text = await this.#text(response);
    let status: StatusBody | undefined;
    try {
      const body = JSON.parse(text) as StatusBody;
      if (body.kind === "Status") status = body;
    } catch {
      // Something on the way answered in its own words; they go into the message below.
    }
    // Flow control answers in plain text (apiserver/pkg/server/filters/priority-and-fairness.go).
    const reason = status?.reason ?? (response.statusCode === 429 ? "TooManyRequests" : `Http${response.statusCode}`);
    const asked = response.headers["retry-after"];
    const retryAfterSeconds = typeof asked === "string" && /^\d{1,6}$/.test(asked) ? Number(asked) : status?.details?.retryAfterSeconds;
    const message = status?.message ?? `${this.server} answered ${response.statusCode}: ${text.slice(0, 200)}`;
    return new ApiError(response.statusCode, reason, message, status, retryAfterSeconds);
  }

  async #text(response: Dispatcher.ResponseData): Promise<string> {
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of this.#chunks(response)) {
      length += chunk.byteLength;
      if (length > bodyLengthMax) throw new ConnectionError("other", `${this.server}: the answer is longer than ${bodyLengthMax} bytes`);
      parts.push(chunk);
    }
    if (length > longLength) await turnOfItsOwn();
    return Buffer.concat(parts).toString("utf8");
  }

  /** The body's chunks; leaving early destroys the connection, breaks become `ConnectionError`. */
  async *#chunks(response: Dispatcher.ResponseData): AsyncGenerator<Uint8Array> {
    try {
      yield* response.body as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw toConnectionError(error, this.server);
    }
  }
}

function refOf(object: KubernetesObject): ObjectRef {
  return { name: object.metadata.name, namespace: object.metadata.namespace };
}
