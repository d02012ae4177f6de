import { isRecord, jsonEqual, listAt, recordAt, type JsonRecord } from "../json-value.ts";
import { fieldCause } from "./field-cause.ts";
import { defaultPodSpec, setDefault } from "./pod-defaults.ts";
import { validatePodSpec } from "./pod-validation.ts";
import type { Strategy } from "./resource-definition.ts";

/** The spec without what may change after creation (images, deadlines, added tolerations, the node of an unscheduled pod). */
function frozenSpec(spec: unknown): unknown {
  const { activeDeadlineSeconds: _1, tolerations: _2, terminationGracePeriodSeconds: _3, schedulingGates: _4, nodeName: _5, ...rest } = recordAt(spec);
  const imageless = (list: unknown[]): unknown[] => list.map((each) => ({ ...recordAt(each), image: "" }));
  return { ...rest, containers: imageless(listAt(rest, "containers")), initContainers: imageless(listAt(rest, "initContainers")) };
}

export const podStrategy: Strategy = {
  prepare(pod, old) {
    const spec = (pod["spec"] ??= {});
    if (!isRecord(spec)) return;
    defaultPodSpec(spec);
    setDefault(spec, "enableServiceLinks", true);
    if (old !== undefined) return;
    setDefault(spec, "serviceAccountName", "default");
    setDefault(spec, "serviceAccount", spec["serviceAccountName"]);
    const status: JsonRecord = { phase: "Pending", qosClass: "BestEffort" };
    pod["status"] = status;
  },
  validate(pod, old) {
    const causes = validatePodSpec(pod["spec"], "spec");
    if (old !== undefined && !jsonEqual(frozenSpec(old["spec"]), frozenSpec(pod["spec"]))) {
      causes.push(
        fieldCause.forbidden(
          "spec",
          "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
        ),
      );
    }
    return causes;
  },
};
