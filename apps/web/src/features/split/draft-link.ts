import type { Mode } from "@sluice/api/views/service-view";
import { wholePermille } from "@sluice/shared/split/share-arithmetic";
import { changes, type DraftBase, type SplitDraft } from "./split-draft.ts";

const modes: readonly Mode[] = ["Locality", "ActiveActive", "FailOver"];
const keysMax = 64;

/**
 * A draft as the address holds it, with the base that it was made on:
 * `KEYS~SOURCE~REVISION~GENERATION~MODE~VALUES~MODE~VALUES`, the base before the draft. Values are thousandths in the order of
 * the keys, or for FailOver the places of the targets among them.
 */
export function writeDraft(draft: SplitDraft): string {
  const { keys, source, base } = draft;
  const values = (mode: Mode, shares: readonly number[], failOver: readonly string[]) => (mode === "ActiveActive" ? shares : mode === "FailOver" ? failOver.map((key) => keys.indexOf(key)) : []).join(".");
  return [keys.join(","), source, base.revision ?? "", base.generation ?? "", base.mode, values(base.mode, base.shares, base.failOver), draft.mode, values(draft.mode, draft.shares, draft.failOver)].join("~");
}

/** The draft of an address; null when it is none, or changes nothing. Only its form is checked: Review asks the server for the rest. */
export function readDraft(service: string, text: string): SplitDraft | null {
  const [keyList = "", source = "", revision = "", generation = "", baseMode, baseValues = "", mode, values = "", ...rest] = text.split("~");
  const keys = keyList.split(",");
  if (rest.length > 0 || keys.length > keysMax || new Set(keys).size !== keys.length || !keys.every((key) => /^[-a-z0-9./]{1,300}$/.test(key)) || !keys.includes(source)) return null;
  if (![revision, generation].every((number) => /^\d{0,9}$/.test(number))) return null;
  const base = readSide(keys, source, baseMode, baseValues);
  const wanted = readSide(keys, source, mode, values);
  if (base === null || wanted === null) return null;
  const number = (digits: string) => (digits === "" ? null : Number(digits));
  const draftBase: DraftBase = { ...base, generation: number(generation), revision: number(revision) };
  // Of a mode without shares, those of the base stand by, as in a draft made by hand.
  const shares = wanted.mode === "ActiveActive" ? wanted.shares : base.shares;
  const draft: SplitDraft = { service, source, keys, mode: wanted.mode, shares, locks: keys.map(() => false), failOver: wanted.mode === "FailOver" ? wanted.failOver : base.failOver, base: draftBase, drag: null };
  return changes(draft) ? draft : null;
}

function readSide(keys: readonly string[], source: string, mode: string | undefined, text: string): Pick<DraftBase, "mode" | "shares" | "failOver"> | null {
  const known = modes.find((one) => one === mode);
  const numbers = text === "" ? [] : text.split(".").map((digits) => (/^\d{1,4}$/.test(digits) ? Number(digits) : Number.NaN));
  const remote = keys.filter((key) => key !== source);
  const local = keys.map((key) => (key === source ? wholePermille : 0));
  switch (known) {
    case undefined:
      return null;
    case "Locality":
      return numbers.length === 0 ? { mode: known, shares: local, failOver: remote } : null;
    case "ActiveActive":
      return numbers.length === keys.length && numbers.reduce((sum, share) => sum + share, 0) === wholePermille ? { mode: known, shares: numbers, failOver: remote } : null;
    case "FailOver": {
      const failOver = numbers.map((place) => keys[place] ?? source);
      const complete = failOver.length === remote.length && remote.every((key) => failOver.includes(key));
      return complete ? { mode: known, shares: local, failOver } : null;
    }
  }
}
