"use client";

import type { SplitRowView } from "@sluice/api/views/service-view";
import { useSearchParams } from "next/navigation";
import { useEffect, useRef } from "react";
import { readDraft, writeDraft } from "./draft-link.ts";
import { useDrafts } from "./draft-store.tsx";
import { changes } from "./split-draft.ts";

/**
 * Keeps the drafts of a service in the address, and takes those of an address that was opened. One whose clusters are not
 * the row's of today is left out, since its shares would speak of others.
 */
export function useDraftLink(service: string, rows: readonly SplitRowView[] | undefined): void {
  const { drafts, adopt } = useDrafts();
  const parameters = useSearchParams();
  const taken = useRef(false);
  const held = drafts.filter((draft) => draft.service === service && draft.drag === null && changes(draft)).map((draft) => `draft=${writeDraft(draft)}`).join("&");
  useEffect(() => {
    if (taken.current || rows === undefined) return;
    taken.current = true;
    for (const text of parameters.getAll("draft")) {
      const draft = readDraft(service, text);
      const row = rows.find(({ source }) => source === draft?.source);
      if (draft !== null && row?.targets.map((target) => target.clusterKey).join() === draft.keys.join()) adopt(draft);
    }
  }, [adopt, parameters, rows, service]);
  const dragging = drafts.some((draft) => draft.drag !== null);
  useEffect(() => {
    // Not before the address was read, and not at each step of a drag.
    if (!taken.current || dragging) return;
    const wanted = held === "" ? "" : `?${held}`;
    if (window.location.search !== wanted) window.history.replaceState(null, "", window.location.pathname + wanted);
  }, [held, dragging]);
}
