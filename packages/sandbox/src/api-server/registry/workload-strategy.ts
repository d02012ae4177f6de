import type { StatusCause } from "../api-failure.ts";
import type { ApiObject } from "../api-object.ts";
import { isRecord, jsonEqual, listAt, recordAt, type JsonRecord } from "../json-value.ts";
import { fieldCause, IMMUTABLE } from "./field-cause.ts";
import { defaultPodSpec, setDefault } from "./pod-defaults.ts";
import { validatePodSpec } from "./pod-validation.ts";
import type { Strategy } from "./resource-definition.ts";

const NOT_NEGATIVE = "must be greater than or equal to 0";

function prepareTemplate(object: ApiObject): JsonRecord | undefined {
  const spec = object["spec"];
  if (!isRecord(spec)) return undefined;
  setDefault(spec, "replicas", 1);
  const template = spec["template"];
  if (isRecord(template) && isRecord(template["spec"])) {
    if (!isRecord(template["metadata"])) template["metadata"] = {};
    defaultPodSpec(template["spec"]);
  }
  return spec;
}

function selects(selector: unknown, labels: unknown): boolean {
  return Object.entries(recordAt(selector, "matchLabels")).every(([key, value]) => recordAt(labels)[key] === value);
}

function validateWorkload(object: ApiObject, old: ApiObject | undefined): StatusCause[] {
  const spec = recordAt(object, "spec");
  const causes: StatusCause[] = [];
  const replicas = spec["replicas"];
  if (typeof replicas === "number" && replicas < 0) causes.push(fieldCause.invalid("spec.replicas", replicas, NOT_NEGATIVE));
  const selector = spec["selector"];
  if (!isRecord(selector)) causes.push(fieldCause.required("spec.selector"));
  else if (Object.keys(recordAt(selector, "matchLabels")).length === 0 && listAt(selector, "matchExpressions").length === 0) {
    causes.push(fieldCause.invalid("spec.selector", selector, "empty selector is invalid for deployment"));
  }
  const labels = recordAt(spec, "template", "metadata", "labels");
  if (isRecord(selector) && !selects(selector, labels)) causes.push(fieldCause.invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`"));
  causes.push(...validatePodSpec(recordAt(spec, "template")["spec"], "spec.template.spec"));
  const restart = recordAt(spec, "template", "spec")["restartPolicy"];
  if (restart !== undefined && restart !== "Always") causes.push(fieldCause.notSupported("spec.template.spec.restartPolicy", restart, ["Always"]));
  if (old !== undefined && !jsonEqual(recordAt(old, "spec")["selector"], selector)) causes.push(fieldCause.invalid("spec.selector", selector, IMMUTABLE));
  return causes;
}

export const deploymentStrategy: Strategy = {
  prepare(deployment) {
    const spec = prepareTemplate(deployment);
    if (spec === undefined) return;
    setDefault(spec, "revisionHistoryLimit", 10);
    setDefault(spec, "progressDeadlineSeconds", 600);
    setDefault(spec, "strategy", {});
    const strategy = spec["strategy"];
    if (!isRecord(strategy)) return;
    setDefault(strategy, "type", "RollingUpdate");
    if (strategy["type"] !== "RollingUpdate") return;
    setDefault(strategy, "rollingUpdate", {});
    const rolling = strategy["rollingUpdate"];
    if (!isRecord(rolling)) return;
    setDefault(rolling, "maxUnavailable", "25%");
    setDefault(rolling, "maxSurge", "25%");
  },
  validate(deployment, old) {
    const causes = validateWorkload(deployment, old);
    const strategy = recordAt(deployment, "spec", "strategy");
    const type = strategy["type"];
    if (type !== undefined && type !== "Recreate" && type !== "RollingUpdate") causes.push(fieldCause.notSupported("spec.strategy.type", type, ["Recreate", "RollingUpdate"]));
    if (type === "Recreate" && strategy["rollingUpdate"] !== undefined) causes.push(fieldCause.forbidden("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'"));
    for (const field of ["minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"]) {
      const value = recordAt(deployment, "spec")[field];
      if (typeof value === "number" && value < 0) causes.push(fieldCause.invalid(`spec.${field}`, value, NOT_NEGATIVE));
    }
    return causes;
  },
};

export const replicaSetStrategy: Strategy = {
  prepare(replicaSet, old) {
    prepareTemplate(replicaSet);
    if (old === undefined) replicaSet["status"] = { replicas: 0 };
  },
  validate: validateWorkload,
};
