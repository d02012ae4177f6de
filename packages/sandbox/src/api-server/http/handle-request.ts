import type { IncomingMessage, ServerResponse } from "node:http";
import { ApiFailure } from "../api-failure.ts";
import { ANONYMOUS, type UserInfo } from "../auth/authenticator.ts";
import { discover } from "../discovery/discovery.ts";
import { openApiDocument, openApiIndex, openApiV2 } from "../openapi/openapi.ts";
import type { AccessRequest } from "../rbac/authorizer.ts";
import type { ServerContext } from "../server-context.ts";
import { handleResource } from "./handle-resource.ts";
import { parseRequestPath, type RequestPath } from "./request-path.ts";
import { sendJson } from "./send-json.ts";

const METHOD_VERBS: Record<string, string> = { GET: "get", HEAD: "get", POST: "create", PUT: "update", PATCH: "patch", DELETE: "delete" };

/** The RBAC verb of a request (apiserver requestinfo.go). */
export function verbOf(method: string, path: RequestPath, query: URLSearchParams): string {
  const verb = METHOD_VERBS[method] ?? method.toLowerCase();
  if (path.kind === "other" || path.name !== undefined) return verb === "get" && path.kind === "resource" && query.get("watch") === "true" && path.subresource === undefined ? "watch" : verb;
  if (verb === "get") return ["true", "1"].includes(query.get("watch") ?? "") ? "watch" : "list";
  return verb === "delete" ? "deletecollection" : verb;
}

function accessOf(method: string, path: RequestPath, query: URLSearchParams): AccessRequest {
  const verb = verbOf(method, path, query);
  if (path.kind === "other") return { verb, path: path.path };
  const namespace = path.namespace ?? (path.group === "" && path.plural === "namespaces" ? path.name : undefined);
  return {
    verb,
    group: path.group,
    version: path.version,
    resource: path.plural,
    ...(path.subresource === undefined ? {} : { subresource: path.subresource }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(path.name === undefined ? {} : { name: path.name }),
  };
}

/** Throws 403 with kube-apiserver's words when RBAC does not allow the request. */
export function requireAccess(context: ServerContext, user: UserInfo, request: AccessRequest): void {
  if (context.authorizer.allows(user, request)) return;
  if ("path" in request) throw new ApiFailure(403, "Forbidden", `forbidden: User "${user.name}" cannot ${request.verb} path "${request.path}"`, {});
  const resource = request.subresource === undefined ? request.resource : `${request.resource}/${request.subresource}`;
  const scope = request.namespace === undefined ? "at the cluster scope" : `in the namespace "${request.namespace}"`;
  const why = `User "${user.name}" cannot ${request.verb} resource "${resource}" in API group "${request.group}" ${scope}`;
  throw ApiFailure.forbidden({ group: request.group, plural: request.resource }, request.name ?? "", why);
}

/** The user that the caller acts as (Impersonate-User, -Group), when RBAC lets it (apiserver filters/impersonation). */
function impersonated(context: ServerContext, caller: UserInfo, request: IncomingMessage): UserInfo {
  const name = request.headers["impersonate-user"];
  const wanted = request.headers["impersonate-group"];
  const other = Object.keys(request.headers).find((header) => header.startsWith("impersonate-") && header !== "impersonate-user" && header !== "impersonate-group");
  if (other !== undefined) throw ApiFailure.notImplemented(`the header ${other}`);
  if (typeof name !== "string") {
    if (wanted !== undefined) throw ApiFailure.badRequest("requested [] without impersonating a user name");
    return caller;
  }
  const groups = wanted === undefined ? [] : (Array.isArray(wanted) ? wanted : wanted.split(",")).map((group) => group.trim());
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name);
  const grant = { verb: "impersonate", group: "" };
  if (account === null) requireAccess(context, caller, { ...grant, resource: "users", name });
  else requireAccess(context, caller, { ...grant, resource: "serviceaccounts", namespace: account[1] ?? "", name: account[2] ?? "" });
  for (const group of groups) requireAccess(context, caller, { ...grant, resource: "groups", name: group });
  const implied = account === null ? [] : ["system:serviceaccounts", `system:serviceaccounts:${account[1]}`];
  return { name, groups: [...groups, ...implied, name === ANONYMOUS.name ? "system:unauthenticated" : "system:authenticated"] };
}

function versionInfo(gitVersion: string): Record<string, string> {
  const [, major = "1", minor = "34"] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? [];
  return { major, minor, gitVersion, gitCommit: "", gitTreeState: "clean", buildDate: "1970-01-01T00:00:00Z", goVersion: "none", compiler: "none", platform: `${process.platform}/sandbox` };
}

function openApiAnswer(context: ServerContext, path: string, accept: string): unknown {
  if (path === "/openapi/v3") return openApiIndex(context.registry, context.store.revision);
  if (path.startsWith("/openapi/v3/")) return openApiDocument(context.registry, path.slice("/openapi/v3/".length), context.version);
  if (path !== "/openapi/v2") return undefined;
  if (accept !== "" && !/application\/json(?!;as)|\*\/\*/.test(accept)) throw new ApiFailure(406, "NotAcceptable", "only the following media types are accepted: application/json", {});
  return openApiV2(context.registry, context.version);
}

function handleOther(context: ServerContext, request: IncomingMessage, response: ServerResponse, path: string, address: string): void {
  if (request.method !== "GET" && request.method !== "HEAD") throw ApiFailure.methodNotAllowed();
  if (path === "/version" || path === "/version/") return sendJson(response, 200, versionInfo(context.version));
  if (["/healthz", "/livez", "/readyz"].some((base) => path === base || path.startsWith(`${base}/`))) {
    response.writeHead(200, { "content-type": "text/plain; charset=utf-8" }).end("ok");
    return;
  }
  const openApi = openApiAnswer(context, path, request.headers.accept ?? "");
  if (openApi !== undefined) return sendJson(response, 200, openApi);
  const found = discover(context.registry, path, request.headers.accept ?? "", address);
  if (found === undefined) throw ApiFailure.noSuchPath();
  sendJson(response, 200, found.body, { "content-type": found.contentType });
}

/** The user and the parsed path of a request that may go on. Throws 401, 403. */
export function admitRequest(context: ServerContext, request: IncomingMessage, method: string = request.method ?? "GET"): { user: UserInfo; path: RequestPath; query: URLSearchParams } {
  const url = new URL(request.url ?? "/", "https://api.invalid");
  const path = parseRequestPath(url.pathname);
  const caller = request.headers.authorization === undefined ? ANONYMOUS : context.authenticator.authenticate(request.headers.authorization);
  const user = impersonated(context, caller, request);
  requireAccess(context, user, accessOf(method, path, url.searchParams));
  return { user, path, query: url.searchParams };
}

/** Answers one request; every failure becomes a metav1.Status. */
export async function handleRequest(context: ServerContext, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const { user, path, query } = admitRequest(context, request);
    if (path.kind === "other") handleOther(context, request, response, path.path, request.headers.host ?? "");
    else await handleResource(context, { request, response, user, path, query });
  } catch (error) {
    sendFailure(response, error);
  }
}

function sendFailure(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const failure = error instanceof ApiFailure ? error : new ApiFailure(500, "InternalError", `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`);
  // The rest of a body that was refused is not read: the connection can't be used again.
  sendJson(response, failure.code, failure.toStatus(), failure.code === 413 ? { connection: "close" } : {});
}
