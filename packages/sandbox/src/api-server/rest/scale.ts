import type { ApiObject } from "../api-object.ts";
import { ApiFailure } from "../api-failure.ts";
import { fieldCause } from "../registry/field-cause.ts";
import { isRecord, recordAt, type JsonRecord } from "../json-value.ts";
import type { ResourceDefinition, ScaleSubresource } from "../registry/resource-definition.ts";

function valueAt(object: unknown, path: readonly string[]): unknown {
  return recordAt(object, ...path.slice(0, -1))[path.at(-1) ?? ""];
}

/** A metav1.LabelSelector in the form of a query string. */
export function selectorText(selector: unknown): string {
  if (typeof selector === "string") return selector;
  const labels = Object.entries(recordAt(selector, "matchLabels"))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value as string}`);
  const expressions = (recordAt(selector)["matchExpressions"] ?? []) as { key: string; operator: string; values?: string[] }[];
  const words = expressions.map(({ key, operator, values = [] }) => {
    if (operator === "Exists") return key;
    return operator === "DoesNotExist" ? `!${key}` : `${key} ${operator.toLowerCase()} (${values.join(",")})`;
  });
  return [...labels, ...words].join(",");
}

/** The autoscaling/v1 Scale of an object. */
export function scaleOf(object: ApiObject, scale: ScaleSubresource): ApiObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = valueAt(object, scale.specReplicasPath);
  const status: JsonRecord = { replicas: valueAt(object, scale.statusReplicasPath) ?? 0 };
  if (scale.selectorPath !== undefined) status["selector"] = selectorText(valueAt(object, scale.selectorPath));
  const metadata = { name, namespace, uid, resourceVersion, creationTimestamp } as ApiObject["metadata"];
  return { kind: "Scale", apiVersion: "autoscaling/v1", metadata, spec: typeof replicas === "number" ? { replicas } : {}, status };
}

/** The object with the replicas of a Scale. Throws 422 when they are not a whole number of 0 or more. */
export function withScale(definition: ResourceDefinition, object: ApiObject, scale: ScaleSubresource, wanted: ApiObject): ApiObject {
  const replicas = recordAt(wanted, "spec")["replicas"] ?? 0;
  if (typeof replicas !== "number" || !Number.isInteger(replicas) || replicas < 0) {
    throw ApiFailure.invalid({ group: "autoscaling", plural: definition.plural, kind: "Scale" }, object.metadata.name, [fieldCause.invalid("spec.replicas", replicas, "must be greater than or equal to 0")]);
  }
  const next = structuredClone(object);
  let target: JsonRecord = next;
  for (const key of scale.specReplicasPath.slice(0, -1)) {
    const member = isRecord(target[key]) ? target[key] : {};
    target[key] = member;
    target = member;
  }
  target[scale.specReplicasPath.at(-1) ?? ""] = replicas;
  const version = wanted.metadata.resourceVersion;
  next.metadata.resourceVersion = version === undefined || version === "" ? (object.metadata.resourceVersion ?? "") : version;
  return next;
}
