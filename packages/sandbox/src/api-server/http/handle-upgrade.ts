import { request as httpsRequest } from "node:https";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { ApiFailure } from "../api-failure.ts";
import { requireObject } from "../rest/update-object.ts";
import type { ServerContext } from "../server-context.ts";
import { admitRequest } from "./handle-request.ts";
import { containerOf, kubeletAddress } from "./kubelet-address.ts";

const CLIENT_ONLY = new Set(["host", "authorization"]);

function refuse(socket: Duplex, error: unknown): void {
  const failure = error instanceof ApiFailure ? error : new ApiFailure(500, "InternalError", `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`);
  const text = JSON.stringify(failure.toStatus());
  socket.end(`HTTP/1.1 ${failure.code} ${failure.reason}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`);
}

function headLines(answer: IncomingMessage): string {
  let head = `HTTP/1.1 ${answer.statusCode ?? 502} ${answer.statusMessage ?? ""}\r\n`;
  for (let index = 0; index + 1 < answer.rawHeaders.length; index += 2) head += `${answer.rawHeaders[index] ?? ""}: ${answer.rawHeaders[index + 1] ?? ""}\r\n`;
  return `${head}\r\n`;
}

function join(a: Duplex, b: Duplex): void {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    from.pipe(to);
    from.on("error", () => to.destroy());
    from.on("close", () => to.destroy());
  }
}

/** The pod and container of an exec, checked; only exec can be upgraded. */
function execPath(context: ServerContext, request: IncomingMessage): { host: string; port: number; path: string } {
  // WebSocket exec is a GET, which RBAC would see as reading: it needs `create` as a POST does.
  const { path, query } = admitRequest(context, request, "POST");
  if (path.kind === "other" || path.group !== "" || path.plural !== "pods" || path.name === undefined) throw ApiFailure.noSuchPath();
  if (path.subresource !== "exec") throw ApiFailure.notImplemented(`an upgraded connection to pods/${path.subresource ?? ""}`);
  const definition = context.registry.find("", "v1", "pods");
  if (definition === undefined) throw ApiFailure.noSuchPath();
  const pod = requireObject(context, definition, path.namespace, path.name);
  const container = containerOf(pod, query.get("container"));
  const forwarded = new URLSearchParams(query);
  forwarded.delete("container");
  const { host, port } = kubeletAddress(context, pod);
  return { host, port, path: `/exec/${encodeURIComponent(pod.metadata.namespace ?? "")}/${encodeURIComponent(pod.metadata.name)}/${encodeURIComponent(container)}?${forwarded.toString()}` };
}

/** An upgraded request: exec goes to the kubelet as a raw pipe, whatever protocol the two sides agree on. */
export function handleUpgrade(context: ServerContext, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  socket.on("error", () => socket.destroy());
  let target: { host: string; port: number; path: string };
  try {
    target = execPath(context, request);
  } catch (error) {
    refuse(socket, error);
    return;
  }
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name, value]) => value !== undefined && !CLIENT_ONLY.has(name)));
  if (context.kubeletToken !== undefined) headers["authorization"] = `Bearer ${context.kubeletToken}`;
  const outgoing = httpsRequest({ ...target, method: request.method, headers, agent: false, rejectUnauthorized: false });
  outgoing.on("upgrade", (answer, kubelet, first) => {
    socket.write(headLines(answer));
    if (first.length > 0) socket.write(first);
    if (head.length > 0) kubelet.write(head);
    join(socket, kubelet);
  });
  outgoing.on("response", (answer) => {
    socket.write(headLines(answer));
    answer.pipe(socket);
  });
  outgoing.on("error", (error) => refuse(socket, new ApiFailure(500, "InternalError", `Internal error occurred: error dialing the kubelet at ${target.host}:${target.port}: ${error.message}`)));
  socket.on("close", () => outgoing.destroy());
  outgoing.end();
}
