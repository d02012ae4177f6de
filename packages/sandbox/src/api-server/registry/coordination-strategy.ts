import type { StatusCause } from "../api-failure.ts";
import { jsonEqual, recordAt, textAt } from "../json-value.ts";
import { fieldCause, IMMUTABLE } from "./field-cause.ts";
import type { Strategy } from "./resource-definition.ts";

/** What others wait for (kubernetes pkg/apis/coordination/validation). */
export const leaseStrategy: Strategy = {
  validate(lease) {
    const { leaseDurationSeconds: seconds, leaseTransitions: transitions } = recordAt(lease, "spec");
    const causes: StatusCause[] = [];
    if (typeof seconds === "number" && seconds <= 0) causes.push(fieldCause.invalid("spec.leaseDurationSeconds", seconds, "must be greater than 0"));
    if (typeof transitions === "number" && transitions < 0) causes.push(fieldCause.invalid("spec.leaseTransitions", transitions, "must be greater than or equal to 0"));
    return causes;
  },
};

/** A revision never changes (kubernetes pkg/apis/apps/validation). */
export const controllerRevisionStrategy: Strategy = {
  validate(revision, old) {
    const causes: StatusCause[] = [];
    const number = revision["revision"];
    if (revision["data"] === undefined || revision["data"] === null) causes.push(fieldCause.required("data", "data is mandatory"));
    if (typeof number === "number" && number < 0) causes.push(fieldCause.invalid("revision", number, "must be greater than or equal to 0"));
    if (old !== undefined && !jsonEqual(old["data"], revision["data"])) causes.push(fieldCause.invalid("data", revision["data"], IMMUTABLE));
    return causes;
  },
};

/** An Event stands beside its object (kubernetes pkg/apis/core/validation/events.go). */
export const eventStrategy: Strategy = {
  validate(event) {
    const of = textAt(event, "involvedObject", "namespace");
    const { namespace } = event.metadata;
    // Objects without a namespace have theirs in "default".
    if (of === namespace || (of === "" && (namespace === "default" || namespace === "kube-system"))) return [];
    return [fieldCause.invalid("involvedObject.namespace", of, "does not match event.namespace")];
  },
};
