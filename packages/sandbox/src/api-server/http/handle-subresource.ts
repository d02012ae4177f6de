import { ApiFailure } from "../api-failure.ts";
import { listAt, recordAt } from "../json-value.ts";
import type { ResourceDefinition } from "../registry/resource-definition.ts";
import { requireObject } from "../rest/update-object.ts";
import { metaTime, type ServerContext } from "../server-context.ts";
import { handlePodSubresource } from "./handle-pod.ts";
import { handleWrite, readObject, type ResourceCall } from "./handle-resource.ts";
import { handleScale } from "./handle-scale.ts";
import { sendJson } from "./send-json.ts";

const TOKEN_SECONDS = 3600;
const TOKEN_SECONDS_MIN = 600;

async function issueToken(context: ServerContext, name: string, call: ResourceCall): Promise<void> {
  if (call.request.method !== "POST") throw ApiFailure.methodNotAllowed();
  const body = recordAt(await readObject(call.request));
  const spec = recordAt(body, "spec");
  const seconds = typeof spec["expirationSeconds"] === "number" ? spec["expirationSeconds"] : TOKEN_SECONDS;
  if (seconds < TOKEN_SECONDS_MIN) {
    throw ApiFailure.invalid({ group: "authentication.k8s.io", plural: "serviceaccounts", kind: "TokenRequest" }, "", [
      { reason: "FieldValueInvalid", message: `Invalid value: ${seconds}: may not specify a duration less than 10 minutes`, field: "spec.expirationSeconds" },
    ]);
  }
  const audiences = listAt(spec, "audiences").filter((each) => typeof each === "string");
  const { token, expirationMs } = context.authenticator.issue(call.path.namespace ?? "", name, seconds, audiences.length === 0 ? undefined : audiences);
  sendJson(call.response, 201, {
    kind: "TokenRequest",
    apiVersion: "authentication.k8s.io/v1",
    metadata: { name, namespace: call.path.namespace, creationTimestamp: metaTime(context.now()) },
    spec: { ...spec, expirationSeconds: seconds },
    status: { token, expirationTimestamp: metaTime(expirationMs) },
  });
}

/** Answers a request for a subresource. Throws ApiFailure; 404 for one that the kind does not have. */
export async function handleSubresource(context: ServerContext, definition: ResourceDefinition, name: string, subresource: string, call: ResourceCall): Promise<void> {
  const { path, request, response } = call;
  const builtIn = definition.custom ? "" : definition.kind;
  if (subresource === "status" && definition.hasStatus) {
    if (request.method === "GET") return sendJson(response, 200, requireObject(context, definition, path.namespace, name));
    if (request.method !== "PUT" && request.method !== "PATCH") throw ApiFailure.methodNotAllowed();
    return handleWrite(context, { definition, namespace: path.namespace, name, subresource: "status" }, call);
  }
  if (subresource === "scale" && definition.scale !== undefined) return handleScale(context, definition, name, call);
  if (subresource === "finalize" && builtIn === "Namespace") {
    if (request.method !== "PUT") throw ApiFailure.methodNotAllowed();
    return handleWrite(context, { definition, name, subresource: "finalize" }, call);
  }
  if (subresource === "token" && builtIn === "ServiceAccount") return issueToken(context, name, call);
  if (builtIn === "Pod") return handlePodSubresource(context, definition, name, subresource, call);
  if (builtIn === "Service" && subresource === "proxy") throw ApiFailure.notImplemented("services/proxy");
  if (builtIn === "Node" && subresource === "proxy") throw ApiFailure.notImplemented("nodes/proxy");
  throw ApiFailure.noSuchPath();
}
