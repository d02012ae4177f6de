"use client";

import type { ApplyView } from "@sluice/api/views/change-view";
import { useTranslations } from "use-intl";
import { Button } from "../../components/button.tsx";
import { shortActor } from "../../components/service-cells.tsx";
import { useDrafts } from "./draft-store.tsx";
import { specLines } from "./spec-lines.ts";

/** tRPC's serialised `unknown` fields are optional. */
export interface Conflict {
  theirs?: unknown;
  mine?: unknown;
  base?: unknown;
  theirsBy: Extract<ApplyView, { outcome: "conflict" }>["theirsBy"];
}

interface ConflictViewProps {
  conflict: Conflict;
  service: string;
  source: string;
  onClose: () => void;
  onAgain: () => void;
}

/** Someone changed the policy since it was reviewed: theirs, mine and what both began from. Nothing is retried by itself. */
export function ConflictView({ conflict, service, source, onClose, onAgain }: ConflictViewProps) {
  const t = useTranslations("review");
  const common = useTranslations("common");
  const { discard } = useDrafts();
  const sides = [
    { id: "theirs", title: t("theirs", { by: shortActor(conflict.theirsBy) }), spec: conflict.theirs },
    { id: "mine", title: t("mine"), spec: conflict.mine },
    { id: "base", title: t("base"), spec: conflict.base },
  ];
  return (
    <>
      <div className="mt-4 grid gap-3 md:grid-cols-3">
        {sides.map((side) => (
          <div key={side.id} className="min-w-0 overflow-hidden rounded-control border border-line">
            <h3 className="border-b border-line bg-paper px-3 py-2 text-xs font-[560]">{side.title}</h3>
            <pre tabIndex={0} aria-label={side.title} className="max-h-[240px] overflow-auto px-3 py-2.5 font-mono text-xs leading-[18px]">{specLines(side.spec) || t("no-object")}</pre>
          </div>
        ))}
      </div>
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>{common("cancel")}</Button>
        <Button
          onClick={() => {
            discard(service, source);
            onClose();
          }}
        >
          {t("keep-theirs")}
        </Button>
        <Button tone="primary" onClick={onAgain}>{t("review-again")}</Button>
      </div>
    </>
  );
}
