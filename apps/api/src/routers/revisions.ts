import { z } from "zod";
import { SluiceError } from "../sluice-error.ts";
import { restoreRevision } from "../split/apply-draft.ts";
import { policyYaml } from "../split/preview-change.ts";
import { procedure, router } from "../trpc.ts";
import type { ApplyView, RevisionView } from "../views/change-view.ts";
import { requireRow } from "../views/require-row.ts";
import { revisionViews } from "../views/service-views.ts";
import { baseInput, overridesInput, reasonInput, rowInput } from "./inputs.ts";

const number = z.int().min(0);

export const revisionsRouter = router({
  list: procedure.input(rowInput).query(({ ctx, input }): RevisionView[] => revisionViews(requireRow(ctx.backend.look(), input.service, input.source))),
  diff: procedure
    .input(rowInput.extend({ from: number, to: number }))
    .query(({ ctx, input }): { before: string; after: string } => {
      const { history } = requireRow(ctx.backend.look(), input.service, input.source);
      const yaml = (wanted: number, field: string) => {
        const record = history.find((candidate) => candidate.number === wanted);
        if (record === undefined) throw new SluiceError("NOT_FOUND", "RevisionNotFound", `${field}: there is no revision ${wanted}`, { field, remedy: "choose one that revisions.list names" });
        return policyYaml(input.service, record.spec);
      };
      return { before: yaml(input.from, "from"), after: yaml(input.to, "to") };
    }),
  restore: procedure
    .input(rowInput.extend({ number, reason: reasonInput, overrides: overridesInput, base: baseInput }))
    .mutation(({ ctx, input }): Promise<ApplyView> => restoreRevision(ctx.backend, { ...input, base: { uid: input.base.uid, spec: input.base.spec } })),
});
