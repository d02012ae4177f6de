import type { ServerResponse } from "node:http";
import type { ApiObject } from "../api-object.ts";
import { ApiFailure } from "../api-failure.ts";
import type { ResourceDefinition } from "../registry/resource-definition.ts";
import type { ServerContext } from "../server-context.ts";
import type { StoreEvent } from "../store/object-store.ts";
import { parseRevision, selectorOf } from "./list-objects.ts";

/** A client that reads slower than this many bytes behind loses its watch and starts anew, as with kube-apiserver's cache. */
const BACKLOG_BYTES_MAX = 32 * 1024 * 1024;
const DEFAULT_TIMEOUT_SECONDS = 1800;

export interface WatchRequest {
  definition: ResourceDefinition;
  namespace?: string | undefined;
  query: URLSearchParams;
  /** Turns an object into what the client asked for: the object itself, or a Table. */
  render: (object: ApiObject) => unknown;
  contentType: string;
}

const watchers = new WeakMap<ServerContext, number>();

/** Counts a watch in or out. Throws 429 above the server's bound. */
function countWatch(context: ServerContext, change: 1 | -1): void {
  const count = (watchers.get(context) ?? 0) + change;
  if (count > context.watchersMax) throw new ApiFailure(429, "TooManyRequests", `there are ${context.watchersMax} watches, the most that the sandbox API server serves; try again later`, { retryAfterSeconds: 1 });
  watchers.set(context, count);
}

type WatchType = "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";

/** What a watch with a selector shows of a change: an object that stops matching is DELETED to it. */
function seenAs(event: StoreEvent, matches: (object: ApiObject) => boolean): WatchType | undefined {
  if (event.type === "ADDED") return matches(event.object) ? "ADDED" : undefined;
  const before = event.previous !== undefined && matches(event.previous);
  if (event.type === "DELETED") return before ? "DELETED" : undefined;
  const after = matches(event.object);
  if (after) return before ? "MODIFIED" : "ADDED";
  return before ? "DELETED" : undefined;
}

/**
 * Streams changes as JSON lines until the client goes, the time is up or the server stops. A version that is no
 * longer kept is an ERROR event with a 410 Status, on a stream that has begun (as kube-apiserver does).
 */
export function watchObjects(context: ServerContext, request: WatchRequest, response: ServerResponse): void {
  const { definition, namespace, query } = request;
  const selected = selectorOf(definition, query);
  const matches = (object: ApiObject): boolean => (namespace === undefined || object.metadata.namespace === namespace) && selected(object);
  const wanted = parseRevision(query.get("resourceVersion"));
  const sendInitial = query.get("sendInitialEvents");
  if (sendInitial === "true" && query.get("resourceVersionMatch") !== "NotOlderThan") {
    throw ApiFailure.invalid({ group: "meta.k8s.io", plural: "listoptions", kind: "ListOptions" }, "", [
      { reason: "FieldValueForbidden", message: "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan", field: "resourceVersionMatch" },
    ]);
  }
  const bookmarks = query.get("allowWatchBookmarks") === "true";
  countWatch(context, 1);
  response.on("close", () => countWatch(context, -1));
  response.writeHead(200, { "content-type": request.contentType, "cache-control": "no-cache, private" });
  response.flushHeaders();
  response.socket?.setNoDelay(true);

  let live = true;
  const write = (type: WatchType, object: unknown): void => {
    if (!live) return;
    response.write(`${JSON.stringify({ type, object })}\n`);
    if (response.writableLength > BACKLOG_BYTES_MAX) response.destroy();
  };
  const show = (object: ApiObject): unknown => request.render(definition.fromStored?.(object) ?? object);
  const bookmark = (annotations?: Record<string, string>): void => {
    const metadata = { resourceVersion: String(context.store.revision), creationTimestamp: null, ...(annotations === undefined ? {} : { annotations }) };
    write("BOOKMARK", { kind: definition.kind, apiVersion: definition.group === "" ? definition.version : `${definition.group}/${definition.version}`, metadata });
  };

  const revision = context.store.revision;
  const initial = sendInitial === "true" || (sendInitial !== "false" && (wanted === undefined || wanted === 0));
  let unwatch: () => void = () => {};
  try {
    if (initial) for (const object of context.store.list(definition.collection, namespace)) if (matches(object)) write("ADDED", show(object));
    if (sendInitial === "true" && bookmarks) bookmark({ "k8s.io/initial-events-end": "true" });
    unwatch = context.store.watch(definition.collection, initial ? revision : (wanted ?? revision), (event) => {
      const type = seenAs(event, matches);
      if (type === undefined) return;
      const last = event.type === "MODIFIED" && type === "DELETED" ? event.previous : event.object;
      const object = last === undefined || last === event.object ? event.object : { ...last, metadata: { ...last.metadata, resourceVersion: String(event.revision) } };
      write(type, show(object));
    });
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    write("ERROR", error.toStatus());
    response.end();
    return;
  }

  const seconds = Number(query.get("timeoutSeconds") ?? 0) || DEFAULT_TIMEOUT_SECONDS;
  const finish = (): void => {
    if (!live) return;
    if (bookmarks) bookmark();
    close();
    response.end();
  };
  const timeout = setTimeout(finish, Math.min(seconds, 86_400) * 1000);
  const beat = bookmarks ? setInterval(() => bookmark(), context.bookmarkIntervalMs) : undefined;
  const close = (): void => {
    live = false;
    unwatch();
    clearTimeout(timeout);
    clearInterval(beat);
    context.stopping.removeEventListener("abort", finish);
  };
  context.stopping.addEventListener("abort", finish);
  response.on("close", close);
}
