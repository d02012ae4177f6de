import type { GlobalTrafficPolicySpec } from "@sluice/shared/policy/global-traffic-policy-schema";
import { isDeepStrictEqual } from "node:util";
import { type ConsoleBackend, writableMember } from "../console-backend.ts";
import { baselineOf, currentRevision } from "../revisions/policy-history.ts";
import { noPolicySpec } from "../revisions/revision-record.ts";
import { SluiceError, type SluiceErrorView } from "../sluice-error.ts";
import type { ApplyView, DraftSplit, PreviewView } from "../views/change-view.ts";
import { requireRow } from "../views/require-row.ts";
import { currentSpec, type Row, rowsOf, specShares } from "../views/split-rows.ts";
import { changePolicy, type PolicyChange } from "./change-policy.ts";
import { draftSpec } from "./draft-spec.ts";
import { previewChange } from "./preview-change.ts";

/** Until there is sign-in, whoever reaches the API server on loopback is the console. */
const actor = "console";

export interface RowRef {
  service: string;
  source: string;
}

/** What every way back takes. */
interface WayBack {
  reason: string;
  overrides?: readonly string[] | undefined;
}

export interface DraftRequest extends RowRef {
  draft: DraftSplit;
  base: { uid: string | null; spec: unknown };
  reason: string;
  confirmName?: string | undefined;
  overrides?: readonly string[] | undefined;
}

export function previewDraft(backend: ConsoleBackend, { service, source, draft }: RowRef & { draft: DraftSplit }): PreviewView {
  const look = backend.look();
  return previewChange(look, requireRow(look, service, source), draft);
}

/** Applies a reviewed draft; the guards and the friction are decided again, on what is known now. */
export async function applyDraft(backend: ConsoleBackend, request: DraftRequest): Promise<ApplyView> {
  const { service, source, draft, base, reason } = request;
  const look = backend.look();
  const row = requireRow(look, service, source);
  const preview = previewChange(look, row, draft);
  const check = () => {
    refuseGuards(preview);
    requireOverrides(preview, request.overrides ?? []);
    requireName(preview, request.confirmName);
  };
  return await write(backend, row, { spec: draftSpec(draft), base, reason, intent: "split", reviewed: preview.friction !== "undo" }, check);
}

/** Makes the spec before the present revision a new revision. */
export async function undoChange(backend: ConsoleBackend, { service, source, reason, overrides }: RowRef & WayBack): Promise<ApplyView> {
  const row = requireRow(backend.look(), service, source);
  const { policy } = row.split;
  const current = currentRevision(row.history, policy === undefined ? undefined : { uid: policy.metadata.uid ?? "", generation: policy.metadata.generation ?? 0 });
  if (current === undefined) {
    throw new SluiceError("PRECONDITION_FAILED", "NothingToUndo", "source: the policy's present generation has no revision, so what was before is not known", { field: "source", remedy: "choose a revision from the history and restore it" });
  }
  return await writeBack(backend, row, current.before ?? noPolicySpec, { reason, overrides, intent: "undo", reviewed: false });
}

export async function restoreRevision(backend: ConsoleBackend, { service, source, number, reason, overrides, base }: RowRef & WayBack & { number: number; base: PolicyChange["base"] }): Promise<ApplyView> {
  const row = requireRow(backend.look(), service, source);
  const record = row.history.find((candidate) => candidate.number === number);
  if (record === undefined) throw new SluiceError("NOT_FOUND", "RevisionNotFound", `number: there is no revision ${number}`, { field: "number", remedy: "choose one that revisions.list names" });
  return await writeBack(backend, row, record.spec, { reason, overrides, intent: "restore", reviewed: true, base });
}

export type SendBackResult = { source: string; result: ApplyView | ({ outcome: "failed" } & SluiceErrorView) };

/** Restores the split before the day's first change, for each source on its own: one that fails keeps no other back. */
export async function sendBack(backend: ConsoleBackend, { service, sources, reason, overrides }: WayBack & { service: string; sources?: readonly string[] | undefined }): Promise<SendBackResult[]> {
  const look = backend.look();
  const rows = sources === undefined ? rowsOf(look, service) : sources.map((source) => requireRow(look, service, source));
  const due = rows.flatMap((row) => {
    const baseline = baselineOf(row.history, look.nowMs);
    return baseline === undefined || isDeepStrictEqual(baseline, currentSpec(row)) ? [] : [{ row, baseline }];
  });
  if (due.length === 0) throw new SluiceError("PRECONDITION_FAILED", "NothingToSendBack", `service: nothing of "${service}" was moved today`, { field: "service", remedy: "choose a revision from the history and restore it" });
  return await Promise.all(
    due.map(async ({ row, baseline }): Promise<SendBackResult> => {
      const source = row.index.member.key;
      try {
        return { source, result: await writeBack(backend, row, baseline, { reason, overrides, intent: "send-back", reviewed: true }) };
      } catch (error) {
        const view: SluiceErrorView = error instanceof SluiceError ? error.view : { code: "Internal", message: error instanceof Error ? error.message : String(error) };
        return { source, result: { outcome: "failed", ...view } };
      }
    }),
  );
}

/**
 * A way back takes one confirmation and no typed name, but its targets that gain share are guarded as anyone's: going home to
 * a cluster without pods is no rescue. What does not hold is told, with what to list in `overrides` to go all the same.
 */
async function writeBack(
  backend: ConsoleBackend,
  row: Row,
  spec: GlobalTrafficPolicySpec,
  { overrides, ...change }: WayBack & Pick<PolicyChange, "intent" | "reviewed"> & { base?: PolicyChange["base"] },
): Promise<ApplyView> {
  const { policy } = row.split;
  const base = change.base ?? { uid: policy?.metadata.uid ?? null, spec: policy?.spec ?? null };
  const draft: DraftSplit = { mode: spec.lbType, shares: spec.lbType === "ActiveActive" ? specShares(row, spec) : [], failOver: spec.lbType === "FailOver" ? spec.targets.map((target) => target.clusterKey) : [] };
  const preview = previewChange(backend.look(), row, draft, spec);
  return await write(backend, row, { ...change, spec, base }, () => {
    refuseGuards(preview);
    requireOverrides(preview, overrides ?? []);
  });
}

async function write(backend: ConsoleBackend, row: Row, change: Omit<PolicyChange, "service" | "actor">, check: () => void): Promise<ApplyView> {
  const { connection } = writableMember(backend, row.index.member.key, "source");
  return await changePolicy(connection.client, { ...change, service: row.service, actor }, backend.now, check);
}

function refuseGuards({ guards }: PreviewView): void {
  const refused = guards.find((guard) => guard.outcome === "refuse");
  if (refused === undefined) return;
  throw new SluiceError("PRECONDITION_FAILED", "GuardRefused", `draft: the rule "${refused.id}" refuses it (${paramsOf(refused.params)})`, { field: "draft", remedy: "change the split so that the rule holds; it can't be overridden" });
}

function requireOverrides({ guards }: PreviewView, overrides: readonly string[]): void {
  const open = guards.filter((guard) => guard.outcome === "override" && !overrides.includes(guard.id));
  if (open.length === 0) return;
  const ids = [...new Set(open.map(({ id }) => id))];
  const told = open.map(({ id, params }) => `the rule "${id}" does not hold (${paramsOf(params)})`).join("; ");
  throw new SluiceError("PRECONDITION_FAILED", "GuardNotOverridden", `overrides: ${told}`, { field: "overrides", remedy: `look again, and list ${ids.map((id) => `"${id}"`).join(", ")} with a reason if it must be`, overrides: [...overrides, ...ids] });
}

function requireName({ friction, confirmName }: PreviewView, typed: string | undefined): void {
  if (friction !== "type-name" || typed === confirmName) return;
  throw new SluiceError("PRECONDITION_FAILED", "ConfirmNameMissing", `confirmName: this change needs the name "${confirmName}" typed`, { field: "confirmName", remedy: `type ${confirmName}` });
}

const paramsOf = (params: Record<string, string | number>): string => Object.entries(params).map(([name, value]) => `${name} ${value}`).join(", ");
