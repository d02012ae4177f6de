import type { IncomingMessage, ServerResponse } from "node:http";
import { parse } from "yaml";
import type { ApiObject } from "../api-object.ts";
import { ApiFailure } from "../api-failure.ts";
import type { UserInfo } from "../auth/authenticator.ts";
import { listHeader } from "../discovery/discovery.ts";
import { decodeProtobufObject } from "../protobuf/decode-object.ts";
import { finishCustomResources, settleCustomResources } from "../registry/crd-lifecycle.ts";
import type { ResourceDefinition } from "../registry/resource-definition.ts";
import { createObject, bodyAsObject } from "../rest/create-object.ts";
import { deleteObject, parseDeleteOptions } from "../rest/delete-object.ts";
import { listObjects } from "../rest/list-objects.ts";
import { patchObject } from "../rest/patch-object.ts";
import { requireObject, updateObject, type UpdateTarget } from "../rest/update-object.ts";
import { watchObjects } from "../rest/watch-objects.ts";
import { parseWriteOptions, type WriteOptions } from "../rest/write-options.ts";
import type { ServerContext } from "../server-context.ts";
import { rendererFor } from "../table/renderer.ts";
import { answerReview, isReview } from "./handle-review.ts";
import { handleSubresource } from "./handle-subresource.ts";
import { readBody } from "./read-body.ts";
import type { RequestPath } from "./request-path.ts";
import { sendJson } from "./send-json.ts";

/** One request for a resource, authenticated and authorised. */
export interface ResourceCall {
  request: IncomingMessage;
  response: ServerResponse;
  user: UserInfo;
  path: Extract<RequestPath, { kind: "resource" }>;
  query: URLSearchParams;
}

/** Reads and parses a JSON or YAML body. Throws 400, 413, 415. */
export async function readObject(request: IncomingMessage): Promise<unknown> {
  const contentType = (request.headers["content-type"] ?? "application/json").split(";")[0]?.trim() ?? "";
  const body = await readBody(request);
  if (body.length === 0) return undefined;
  if (contentType === "application/vnd.kubernetes.protobuf") return decodeProtobufObject(body);
  const text = body.toString("utf8");
  if (contentType.includes("cbor")) throw ApiFailure.unsupportedMediaType(`the body of the request was in an unknown format - accepted media types include: application/json, application/yaml`);
  try {
    return contentType.includes("yaml") ? (parse(text, { maxAliasCount: 100 }) as unknown) : (JSON.parse(text) as unknown);
  } catch (error) {
    throw ApiFailure.badRequest(`the object provided is unrecognized: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The Warning headers (RFC 7234, 5.5) of collected warnings. */
export function warningHeaders(options: WriteOptions): Record<string, string[]> {
  return options.warnings.length === 0 ? {} : { warning: options.warnings.map((text) => `299 - ${JSON.stringify(text)}`) };
}

function sendObject(call: ResourceCall, definition: ResourceDefinition, code: number, object: ApiObject, headers: Record<string, string[]> = {}): void {
  const renderer = rendererFor(definition, call.request.headers.accept ?? "", call.query);
  sendJson(call.response, code, renderer.one(object), { "content-type": renderer.contentType, ...headers });
}

/** kubectl reads `Status` for a deletion that is done, and the object for one that has begun. */
function sendDeletion(call: ResourceCall, definition: ResourceDefinition, result: { object: ApiObject; gone: boolean }): void {
  if (!result.gone) return sendJson(call.response, 200, result.object);
  const { name, uid } = result.object.metadata;
  const details = { name, ...(definition.group === "" ? {} : { group: definition.group }), kind: definition.plural, uid };
  sendJson(call.response, 200, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details });
}

async function handleCollection(context: ServerContext, definition: ResourceDefinition, call: ResourceCall): Promise<void> {
  const { path, query, request, response } = call;
  if (isReview(definition) && request.method !== "POST") throw ApiFailure.methodNotAllowed();
  const renderer = rendererFor(definition, request.headers.accept ?? "", query);
  switch (request.method) {
    case "GET": {
      if (["true", "1"].includes(query.get("watch") ?? "")) {
        return watchObjects(context, { definition, namespace: path.namespace, query, render: renderer.one, contentType: renderer.contentType }, response);
      }
      const page = listObjects(context, definition, path.namespace, query);
      const metadata = { resourceVersion: page.resourceVersion, ...(page.continue === undefined ? {} : { continue: page.continue, remainingItemCount: page.remainingItemCount }) };
      return sendJson(response, 200, renderer.list(page.items, metadata, listHeader(definition)), { "content-type": renderer.contentType });
    }
    case "POST": {
      if (definition.namespaced && path.namespace === undefined) throw ApiFailure.methodNotAllowed();
      if (isReview(definition)) return sendJson(response, 201, answerReview(context, definition, call.user, await readObject(request)));
      const options = parseWriteOptions(query, request.headers["user-agent"]);
      const created = createObject(context, definition, path.namespace, await readObject(request), options);
      afterWrite(context, definition);
      return sendObject(call, definition, 201, created, warningHeaders(options));
    }
    case "DELETE": {
      const options = parseDeleteOptions(await readObject(request), query);
      const page = listObjects(context, definition, path.namespace, query);
      for (const object of page.items) deleteObject(context, definition, object.metadata.namespace, object.metadata.name, options);
      afterWrite(context, definition);
      return sendJson(response, 200, { ...listHeader(definition), metadata: { resourceVersion: page.resourceVersion }, items: page.items });
    }
    default:
      throw ApiFailure.methodNotAllowed();
  }
}

/** PUT and PATCH of an object or of its status. */
export async function handleWrite(context: ServerContext, target: UpdateTarget, call: ResourceCall): Promise<void> {
  const { request, query } = call;
  const options = parseWriteOptions(query, request.headers["user-agent"]);
  if (request.method === "PUT") {
    const body = bodyAsObject(target.definition, await readObject(request), target.namespace);
    const updated = updateObject(context, target, () => body, options);
    afterWrite(context, target.definition);
    return sendObject(call, target.definition, 200, updated, warningHeaders(options));
  }
  const contentType = (request.headers["content-type"] ?? "").split(";")[0]?.trim() ?? "";
  const text = (await readBody(request)).toString("utf8");
  const { object, created } = patchObject(context, target, contentType, text, options);
  afterWrite(context, target.definition);
  sendObject(call, target.definition, created ? 201 : 200, object, warningHeaders(options));
}

/** What the API server itself does after a write: CRDs come and go. */
function afterWrite(context: ServerContext, definition: ResourceDefinition): void {
  if (definition.custom) finishCustomResources(context);
  else if (definition.kind === "CustomResourceDefinition") settleCustomResources(context);
}

async function handleOne(context: ServerContext, definition: ResourceDefinition, name: string, call: ResourceCall): Promise<void> {
  const { path, query, request } = call;
  switch (request.method) {
    case "GET":
      return sendObject(call, definition, 200, requireObject(context, definition, path.namespace, name));
    case "PUT":
    case "PATCH":
      return handleWrite(context, { definition, namespace: path.namespace, name }, call);
    case "DELETE": {
      const options = parseDeleteOptions(await readObject(request), query);
      const result = deleteObject(context, definition, path.namespace, name, options);
      afterWrite(context, definition);
      return sendDeletion(call, definition, result);
    }
    default:
      throw ApiFailure.methodNotAllowed();
  }
}

/** Answers a request for a resource. Throws ApiFailure. */
export async function handleResource(context: ServerContext, call: ResourceCall): Promise<void> {
  const { path } = call;
  const definition = context.registry.find(path.group, path.version, path.plural);
  if (definition === undefined) throw ApiFailure.noSuchPath();
  if (path.namespace !== undefined && !definition.namespaced) throw ApiFailure.noSuchPath();
  if (path.name !== undefined && definition.namespaced && path.namespace === undefined) throw ApiFailure.noSuchPath();
  if (path.subresource !== undefined && path.name !== undefined) return handleSubresource(context, definition, path.name, path.subresource, call);
  if (path.name === undefined) return handleCollection(context, definition, call);
  return handleOne(context, definition, path.name, call);
}
