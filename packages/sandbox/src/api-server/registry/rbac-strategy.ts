import type { StatusCause } from "../api-failure.ts";
import { isRecord, jsonEqual, listAt, recordAt, textAt } from "../json-value.ts";
import { fieldCause } from "./field-cause.ts";
import { setDefault } from "./pod-defaults.ts";
import type { Strategy } from "./resource-definition.ts";

const GROUP = "rbac.authorization.k8s.io";

export const roleStrategy: Strategy = {
  validate(role) {
    return listAt(role, "rules").flatMap((rule, index) => {
      const at = `rules[${index}]`;
      const causes: StatusCause[] = [];
      if (listAt(rule, "verbs").length === 0) causes.push(fieldCause.required(`${at}.verbs`, "verbs must contain at least one value"));
      if (listAt(rule, "nonResourceURLs").length > 0) return causes;
      if (listAt(rule, "apiGroups").length === 0) causes.push(fieldCause.required(`${at}.apiGroups`, "resource rules must supply at least one api group"));
      if (listAt(rule, "resources").length === 0) causes.push(fieldCause.required(`${at}.resources`, "resource rules must supply at least one resource"));
      return causes;
    });
  },
};

export const bindingStrategy: Strategy = {
  prepare(binding) {
    if (isRecord(binding["roleRef"])) setDefault(binding["roleRef"], "apiGroup", GROUP);
    for (const subject of listAt(binding, "subjects")) {
      if (!isRecord(subject)) continue;
      if (subject["kind"] === "User" || subject["kind"] === "Group") setDefault(subject, "apiGroup", GROUP);
    }
  },
  validate(binding, old) {
    const causes: StatusCause[] = [];
    const reference = recordAt(binding, "roleRef");
    const kinds = binding.kind === "RoleBinding" ? ["Role", "ClusterRole"] : ["ClusterRole"];
    if (!kinds.includes(textAt(reference, "kind"))) causes.push(fieldCause.notSupported("roleRef.kind", textAt(reference, "kind"), kinds));
    if (textAt(reference, "name") === "") causes.push(fieldCause.required("roleRef.name"));
    if (old !== undefined && !jsonEqual(old["roleRef"], binding["roleRef"])) causes.push(fieldCause.invalid("roleRef", reference, "cannot change roleRef"));
    for (const [index, subject] of listAt(binding, "subjects").entries()) {
      if (textAt(subject, "name") === "") causes.push(fieldCause.required(`subjects[${index}].name`));
      if (textAt(subject, "kind") === "ServiceAccount" && textAt(subject, "namespace") === "") causes.push(fieldCause.required(`subjects[${index}].namespace`));
    }
    return causes;
  },
};
