import { type ExportVerdict, type ImportAction, type ImportsMemory, planInSteps } from "@sluice/shared/propagation/plan-imports";
import type { PropagationObservation } from "./observe.ts";

export interface PropagationPlan {
  readonly actions: readonly ImportAction[];
  readonly exports: readonly ExportVerdict[];
}

/** What must be written to whom, step by step; `memory` is of the time before. */
export function* planPropagation({ views, refused }: PropagationObservation, memory?: ImportsMemory): Generator<undefined, PropagationPlan> {
  const { actions, exports } = yield* planInSteps(views, memory);
  const listed = new Set(views.filter((view) => view.state === "listed").map((view) => view.key));
  const invalid = refused
    .filter(({ memberKey }) => listed.has(memberKey))
    .map(
      ({ memberKey, object, message }): ExportVerdict => ({
        memberKey,
        namespace: object.metadata.namespace ?? "default",
        name: object.metadata.name,
        valid: { status: "False", reason: "SpecInvalid", message: `${message}; correct the ServiceExport` },
        conflict: { status: "False", reason: "NotJudged", message: "the export is not valid, so it takes part in no comparison" },
      }),
    );
  return { actions, exports: [...exports, ...invalid] };
}
