import { ApiFailure } from "../api-failure.ts";
import { listAt, recordAt, textAt } from "../json-value.ts";
import type { ApiObject } from "../api-object.ts";
import type { ServerContext } from "../server-context.ts";

/** Where the kubelet of a pod's node listens. Throws 400 before the pod has a node, 500 when the node says no address. */
export function kubeletAddress(context: ServerContext, pod: ApiObject): { host: string; port: number } {
  const nodeName = textAt(pod, "spec", "nodeName");
  if (nodeName === "") throw ApiFailure.badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  const node = context.store.get("nodes", nodeName);
  if (node === undefined) throw ApiFailure.notFound({ group: "", plural: "nodes", kind: "Node" }, nodeName);
  const internal = listAt(node, "status", "addresses").find((each) => textAt(each, "type") === "InternalIP");
  const host = textAt(internal, "address");
  const port = recordAt(node, "status", "daemonEndpoints", "kubeletEndpoint")["Port"];
  if (host === "" || typeof port !== "number") throw new ApiFailure(500, "InternalError", `Internal error occurred: node ${nodeName} has no InternalIP or no kubelet port in its status`);
  return { host, port };
}

/** The container that a log or exec request means. Throws 400 with kube-apiserver's words. */
export function containerOf(pod: ApiObject, wanted: string | null): string {
  const names = [...listAt(pod, "spec", "containers"), ...listAt(pod, "spec", "initContainers")].map((each) => textAt(each, "name"));
  if (wanted !== null && wanted !== "") {
    if (names.includes(wanted)) return wanted;
    throw ApiFailure.badRequest(`container ${wanted} is not valid for pod ${pod.metadata.name}`);
  }
  const first = names[0];
  if (first !== undefined && names.length === 1) return first;
  throw ApiFailure.badRequest(`a container name must be specified for pod ${pod.metadata.name}, choose one of: [${names.join(" ")}]`);
}
