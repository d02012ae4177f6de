import { ApiFailure } from "../api-failure.ts";
import type { ApiObject } from "../api-object.ts";
import { listAt, recordAt, textAt } from "../json-value.ts";
import type { ResourceDefinition } from "../registry/resource-definition.ts";
import { deleteObject, parseDeleteOptions } from "../rest/delete-object.ts";
import { requireObject, updateObject } from "../rest/update-object.ts";
import { parseWriteOptions } from "../rest/write-options.ts";
import type { ServerContext } from "../server-context.ts";
import { forwardedHeaders, forwardRequest } from "./forward-request.ts";
import { readObject, type ResourceCall } from "./handle-resource.ts";
import { containerOf, kubeletAddress } from "./kubelet-address.ts";
import { sendJson } from "./send-json.ts";

const encode = encodeURIComponent;

function log(context: ServerContext, pod: ApiObject, call: ResourceCall): void {
  if (call.request.method !== "GET") throw ApiFailure.methodNotAllowed();
  const container = containerOf(pod, call.query.get("container"));
  const { host, port } = kubeletAddress(context, pod);
  const query = new URLSearchParams(call.query);
  query.delete("container");
  forwardRequest(call.request, call.response, {
    tls: true,
    loopback: context.loopback,
    host,
    port,
    path: `/containerLogs/${encode(pod.metadata.namespace ?? "")}/${encode(pod.metadata.name)}/${encode(container)}?${query.toString()}`,
    headers: context.kubeletToken === undefined ? {} : { authorization: `Bearer ${context.kubeletToken}` },
    what: `the kubelet of node ${textAt(pod, "spec", "nodeName")}`,
    refusesInText: true,
  });
}

/** `NAME`, `NAME:PORT` or `SCHEME:NAME:PORT`. */
function parseProxyName(text: string): { scheme: string; name: string; port: string } {
  const parts = text.split(":");
  if (parts.length === 3) return { scheme: parts[0] ?? "", name: parts[1] ?? "", port: parts[2] ?? "" };
  return { scheme: "", name: parts[0] ?? "", port: parts[1] ?? "" };
}

function portOf(pod: ApiObject, text: string): number {
  const ports = listAt(pod, "spec", "containers").flatMap((container) => listAt(container, "ports"));
  const found = text === "" ? ports[0] : ports.find((each) => textAt(each, "name") === text);
  const number = /^\d+$/.test(text) ? Number(text) : recordAt(found)["containerPort"];
  if (typeof number !== "number" || number < 1 || number > 65_535) throw ApiFailure.badRequest(`pod ${pod.metadata.name} has no port ${JSON.stringify(text)}: name a container port or a number from 1 to 65535`);
  return number;
}

/** `pods/NAME:PORT/proxy/PATH`: straight to the pod, streaming. */
export function proxyToPod(context: ServerContext, definition: ResourceDefinition, text: string, call: ResourceCall): void {
  const { scheme, name, port } = parseProxyName(text);
  const pod = requireObject(context, definition, call.path.namespace, name);
  const host = textAt(pod, "status", "podIP");
  if (host === "") throw new ApiFailure(503, "ServiceUnavailable", `pod ${name} has no address yet`);
  const search = new URL(call.request.url ?? "/", "https://api.invalid").search;
  forwardRequest(call.request, call.response, {
    tls: scheme === "https",
    loopback: context.loopback,
    host,
    port: portOf(pod, port),
    path: `${call.path.rest ?? "/"}${search}`,
    headers: { ...forwardedHeaders(call.request), host: `${host}:${portOf(pod, port)}`, "x-forwarded-uri": call.path.rest ?? "/" },
    what: `pod ${name} at ${host}:${portOf(pod, port)}`,
  });
}

async function evict(context: ServerContext, definition: ResourceDefinition, pod: ApiObject, call: ResourceCall): Promise<void> {
  if (call.request.method !== "POST") throw ApiFailure.methodNotAllowed();
  const body = recordAt(await readObject(call.request));
  deleteObject(context, definition, pod.metadata.namespace, pod.metadata.name, parseDeleteOptions(body["deleteOptions"], call.query));
  sendJson(call.response, 201, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 });
}

async function bind(context: ServerContext, definition: ResourceDefinition, pod: ApiObject, call: ResourceCall): Promise<void> {
  if (call.request.method !== "POST") throw ApiFailure.methodNotAllowed();
  const node = textAt(await readObject(call.request), "target", "name");
  if (node === "") throw ApiFailure.badRequest("target.name: Required value");
  const bound = textAt(pod, "spec", "nodeName");
  if (bound !== "") throw ApiFailure.conflict({ ...definition, plural: "pods/binding" }, pod.metadata.name, `pod ${pod.metadata.name} is already assigned to node "${bound}"`);
  const options = parseWriteOptions(call.query, call.request.headers["user-agent"]);
  updateObject(context, { definition, namespace: pod.metadata.namespace, name: pod.metadata.name, managedAs: "binding" }, (current) => ({ ...current, spec: { ...recordAt(current, "spec"), nodeName: node } }), options);
  sendJson(call.response, 201, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 });
}

/** log, proxy, eviction, binding of a pod; exec is an upgrade (handle-upgrade). */
export async function handlePodSubresource(context: ServerContext, definition: ResourceDefinition, name: string, subresource: string, call: ResourceCall): Promise<void> {
  if (subresource === "proxy") return proxyToPod(context, definition, name, call);
  const pod = requireObject(context, definition, call.path.namespace, name);
  switch (subresource) {
    case "log":
      return log(context, pod, call);
    case "eviction":
      return evict(context, definition, pod, call);
    case "binding":
      return bind(context, definition, pod, call);
    case "exec":
      throw ApiFailure.badRequest("Upgrade request required");
    case "attach":
    case "portforward":
    case "ephemeralcontainers":
      throw ApiFailure.notImplemented(`pods/${subresource}`);
    default:
      throw ApiFailure.noSuchPath();
  }
}
