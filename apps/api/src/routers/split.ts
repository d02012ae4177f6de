import { clusterKeySchema } from "@sluice/shared/cluster/cluster-key";
import { z } from "zod";
import { applyDraft, previewDraft, sendBack, type SendBackResult, undoChange } from "../split/apply-draft.ts";
import { procedure, router } from "../trpc.ts";
import type { ApplyView, PreviewView } from "../views/change-view.ts";
import type { SplitRowView } from "../views/service-view.ts";
import { requireService } from "../views/require-row.ts";
import { sortedRows } from "../views/service-views.ts";
import { splitRowView } from "../views/split-rows.ts";
import { baseInput, draftInput, overridesInput, reasonInput, rowInput, serviceInput } from "./inputs.ts";

export const splitRouter = router({
  get: procedure.input(z.strictObject({ service: serviceInput })).query(({ ctx, input }): SplitRowView[] => {
    const look = ctx.backend.look();
    requireService(look, input.service);
    return sortedRows(look, input.service).map((row) => splitRowView(look, row));
  }),
  preview: procedure.input(rowInput.extend({ draft: draftInput })).query(({ ctx, input }): PreviewView => previewDraft(ctx.backend, input)),
  /** Not named `apply`: tRPC reserves that word and refuses to build the router. */
  applyDraft: procedure
    .input(
      rowInput.extend({
        draft: draftInput,
        base: baseInput,
        reason: reasonInput,
        confirmName: z.string().max(253).optional(),
        overrides: overridesInput,
      }),
    )
    .mutation(({ ctx, input }): Promise<ApplyView> => applyDraft(ctx.backend, { ...input, base: { uid: input.base.uid, spec: input.base.spec } })),
  undo: procedure.input(rowInput.extend({ reason: reasonInput, overrides: overridesInput })).mutation(({ ctx, input }): Promise<ApplyView> => undoChange(ctx.backend, input)),
  sendBack: procedure
    .input(z.strictObject({ service: serviceInput, sources: z.array(clusterKeySchema).max(64).optional(), reason: reasonInput, overrides: overridesInput }))
    .mutation(({ ctx, input }): Promise<SendBackResult[]> => sendBack(ctx.backend, input)),
});
