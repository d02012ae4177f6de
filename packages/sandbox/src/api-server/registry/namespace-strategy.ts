import { isRecord } from "../json-value.ts";
import type { Strategy } from "./resource-definition.ts";

export const namespaceStrategy: Strategy = {
  prepare(namespace, old) {
    namespace.metadata.labels = { ...namespace.metadata.labels, "kubernetes.io/metadata.name": namespace.metadata.name };
    if (old !== undefined) return;
    const spec = isRecord(namespace["spec"]) ? namespace["spec"] : {};
    const finalizers = Array.isArray(spec["finalizers"]) ? (spec["finalizers"] as unknown[]) : [];
    namespace["spec"] = { ...spec, finalizers: finalizers.includes("kubernetes") ? finalizers : [...finalizers, "kubernetes"] };
    namespace["status"] = { phase: "Active" };
  },
};
