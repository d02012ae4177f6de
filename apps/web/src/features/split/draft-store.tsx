"use client";

import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import { changes, type DraftAction, reduceDraft, type SplitDraft } from "./split-draft.ts";

interface DraftStore {
  drafts: readonly SplitDraft[];
  /** Changes the draft of a row, beginning from `initial` when there is none yet. */
  dispatch: (initial: SplitDraft, action: DraftAction) => void;
  /** Takes a draft that a link holds, unless the row has one already. */
  adopt: (draft: SplitDraft) => void;
  discard: (service: string, source: string) => void;
}

const DraftContext = createContext<DraftStore | null>(null);
const draftsMax = 20;

const same = (one: SplitDraft, service: string, source: string) => one.service === service && one.source === source;

/** The drafts of this tab: they follow the reader from page to page and are never sent by themselves. */
export function DraftProvider({ children }: { children: ReactNode }) {
  const [drafts, setDrafts] = useState<readonly SplitDraft[]>([]);
  const dispatch = useCallback((initial: SplitDraft, action: DraftAction) => {
    setDrafts((held) => {
      const present = held.find((draft) => same(draft, initial.service, initial.source)) ?? initial;
      const next = reduceDraft(present, action);
      const others = held.filter((draft) => !same(draft, next.service, next.source));
      const worthKeeping = changes(next) || next.drag !== null || next.locks.includes(true);
      return worthKeeping ? [...others, next].slice(-draftsMax) : others;
    });
  }, []);
  const adopt = useCallback((draft: SplitDraft) => setDrafts((held) => (held.some((other) => same(other, draft.service, draft.source)) ? held : [...held, draft].slice(-draftsMax))), []);
  const discard = useCallback((service: string, source: string) => setDrafts((held) => held.filter((draft) => !same(draft, service, source))), []);
  const store = useMemo(() => ({ drafts, dispatch, adopt, discard }), [drafts, dispatch, adopt, discard]);
  return <DraftContext value={store}>{children}</DraftContext>;
}

export function useDrafts(): DraftStore {
  const store = useContext(DraftContext);
  if (store === null) throw new Error("DraftProvider is missing");
  return store;
}
