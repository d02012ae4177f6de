import type { StatusCause } from "../api-failure.ts";
import { isRecord, listAt, recordAt, textAt } from "../json-value.ts";
import { fieldCause, IMMUTABLE } from "./field-cause.ts";
import { unsupportedRule } from "../schema/validate-rules.ts";
import { setDefault } from "./pod-defaults.ts";
import type { Strategy } from "./resource-definition.ts";

const CLEANUP = "customresourcecleanup.apiextensions.k8s.io";

/** Path of the first property that has no type and is not of any type by its extensions; undefined when there is none. */
function untypedProperty(schema: unknown, path: string): string | undefined {
  for (const [name, property] of Object.entries(recordAt(schema, "properties"))) {
    const at = `${path}.properties[${name}]`;
    const { type, ["x-kubernetes-int-or-string"]: either, ["x-kubernetes-preserve-unknown-fields"]: open } = recordAt(property);
    if (type === undefined && either !== true && open !== true) return at;
    const inside = untypedProperty(property, at) ?? untypedProperty(recordAt(property)["items"], `${at}.items`);
    if (inside !== undefined) return inside;
  }
  return undefined;
}

export const customResourceDefinitionStrategy: Strategy = {
  prepare(crd, old) {
    const spec = crd["spec"];
    if (!isRecord(spec)) return;
    setDefault(spec, "conversion", { strategy: "None" });
    const names = spec["names"];
    if (isRecord(names)) {
      setDefault(names, "singular", textAt(names, "kind").toLowerCase());
      setDefault(names, "listKind", `${textAt(names, "kind")}List`);
    }
    if (old === undefined) crd.metadata.finalizers = [...new Set([...(crd.metadata.finalizers ?? []), CLEANUP])];
  },
  validate(crd, old) {
    const spec = recordAt(crd, "spec");
    const causes: StatusCause[] = [];
    for (const field of ["group", "scope"]) if (textAt(spec, field) === "") causes.push(fieldCause.required(`spec.${field}`));
    for (const field of ["plural", "kind"]) if (textAt(spec, "names", field) === "") causes.push(fieldCause.required(`spec.names.${field}`));
    const scope = textAt(spec, "scope");
    if (scope !== "" && scope !== "Cluster" && scope !== "Namespaced") causes.push(fieldCause.notSupported("spec.scope", scope, ["Cluster", "Namespaced"]));
    const expected = `${textAt(spec, "names", "plural")}.${textAt(spec, "group")}`;
    if (crd.metadata.name !== expected) causes.push(fieldCause.invalid("metadata.name", crd.metadata.name, `must be spec.names.plural+"."+spec.group`));
    if (textAt(spec, "conversion", "strategy") !== "None") causes.push(fieldCause.invalid("spec.conversion.strategy", textAt(spec, "conversion", "strategy"), "the sandbox API server converts by None only"));
    const versions = listAt(spec, "versions");
    if (versions.filter((version) => recordAt(version)["storage"] === true).length !== 1) causes.push(fieldCause.invalid("spec.versions", versions.map((version) => textAt(version, "name")), "must have exactly one version marked as storage version"));
    for (const [index, version] of versions.entries()) {
      const rule = unsupportedRule(recordAt(version, "schema")["openAPIV3Schema"]);
      if (rule !== undefined) causes.push(fieldCause.invalid(`spec.versions[${index}].schema.openAPIV3Schema`, "x-kubernetes-validations", rule));
      const untyped = untypedProperty(recordAt(version, "schema")["openAPIV3Schema"], "");
      // Where there is one version only, kube-apiserver names its schema by the place it had in v1beta1.
      const place = versions.length === 1 ? "spec.validation.openAPIV3Schema" : `spec.versions[${index}].schema.openAPIV3Schema`;
      if (untyped !== undefined) causes.push(fieldCause.required(`${place}${untyped}.type`, "must not be empty for specified object fields"));
      if (!isRecord(recordAt(version, "schema")["openAPIV3Schema"])) causes.push(fieldCause.required(`spec.versions[${index}].schema.openAPIV3Schema`, "schemas are required"));
    }
    for (const field of ["group", "scope"]) {
      if (old !== undefined && textAt(old, "spec", field) !== textAt(spec, field)) causes.push(fieldCause.invalid(`spec.${field}`, spec[field], IMMUTABLE));
    }
    return causes;
  },
};
