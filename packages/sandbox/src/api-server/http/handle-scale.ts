import { ApiFailure } from "../api-failure.ts";
import { isRecord } from "../json-value.ts";
import type { ApiObject } from "../api-object.ts";
import type { ResourceDefinition } from "../registry/resource-definition.ts";
import { patchValue } from "../rest/patch-object.ts";
import { scaleOf, withScale } from "../rest/scale.ts";
import { requireObject, updateObject } from "../rest/update-object.ts";
import { parseWriteOptions } from "../rest/write-options.ts";
import type { ServerContext } from "../server-context.ts";
import { readObject, type ResourceCall } from "./handle-resource.ts";
import { readBody } from "./read-body.ts";
import { sendJson } from "./send-json.ts";

/** GET, PUT and PATCH of the scale subresource. */
export async function handleScale(context: ServerContext, definition: ResourceDefinition, name: string, call: ResourceCall): Promise<void> {
  const { path, query, request, response } = call;
  const scale = definition.scale;
  if (scale === undefined) throw ApiFailure.noSuchPath();
  if (request.method === "GET") return sendJson(response, 200, scaleOf(requireObject(context, definition, path.namespace, name), scale));
  const options = parseWriteOptions(query, request.headers["user-agent"]);
  let change: (current: ApiObject) => unknown;
  if (request.method === "PUT") {
    const body = await readObject(request);
    change = () => body;
  } else if (request.method === "PATCH") {
    const contentType = (request.headers["content-type"] ?? "").split(";")[0]?.trim() ?? "";
    const text = (await readBody(request)).toString("utf8");
    change = (current) => patchValue(scaleOf(current, scale), contentType, text);
  } else throw ApiFailure.methodNotAllowed();
  const updated = updateObject(
    context,
    { definition, namespace: path.namespace, name, managedAs: "scale" },
    (current) => {
      const wanted = change(current);
      if (!isRecord(wanted) || !isRecord(wanted["metadata"])) throw ApiFailure.badRequest("the object provided is unrecognized (must be of type Scale)");
      return withScale(definition, current, scale, wanted as unknown as ApiObject);
    },
    options,
  );
  sendJson(response, 200, scaleOf(updated, scale));
}
