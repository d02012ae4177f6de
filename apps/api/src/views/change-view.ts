import type { GitOwner } from "./cluster-view.ts";
import type { Mode } from "./service-view.ts";

/** What a person asks for one source row. Shares are thousandths that add to 1000 (ActiveActive only). */
export interface DraftSplit {
  mode: Mode;
  shares: { clusterKey: string; permille: number }[];
  /** FailOver only: order of targets. */
  failOver: string[];
}

/** A rule of the guards, with its outcome. */
export interface GuardView {
  id: string;
  /** refuse: cannot be overridden; override: with a reason; note: for information. */
  outcome: "pass" | "note" | "override" | "refuse";
  params: Record<string, string | number>;
}

/** split.preview: everything that the review dialog shows, decided on the server. */
export interface PreviewView {
  service: string;
  source: string;
  /** What apply must repeat: the object that was reviewed. */
  base: { uid: string | null; spec: unknown };
  targets: {
    clusterKey: string;
    beforePermille: number;
    afterPermille: number;
    beforePerSecond: number | null;
    afterPerSecond: number | null;
    readyEndpoints: number | null;
  }[];
  /** Largest move in thousandths, from the last reviewed revision of the last 15 minutes. */
  movedPermille: number;
  friction: "undo" | "review" | "type-name";
  /** The name to type, when friction asks for it. */
  confirmName: string | null;
  /** First attachment change, as its own line: e.g. Detached → Inline. */
  attachment: { from: string; to: string } | null;
  guards: GuardView[];
  /** The tool that applies the policy from Git, and what must stand there so that it leaves the spec alone. */
  git: (GitOwner & { detail: string; releaseYaml: string | null }) | null;
  yamlBefore: string;
  yamlAfter: string;
  kubectl: string;
}

/** split.apply's answer: a conflict is an expected outcome, not an error. */
export type ApplyView =
  | { outcome: "applied"; generation: number; uid: string; revision: number }
  | { outcome: "conflict"; theirs: unknown; mine: unknown; base: unknown; theirsBy: string };

export interface RevisionView {
  number: number;
  uid: string;
  generation: number;
  atMs: number;
  /** e.g. "console" or "unattributed (kubectl-client-side-apply)". */
  by: string;
  reason: string | null;
  mode: Mode;
  shares: { clusterKey: string; permille: number }[];
  spec: unknown;
  /** True when generations before this one are missing. */
  gapBefore: boolean;
}
