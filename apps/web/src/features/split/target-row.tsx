"use client";

import type { SplitTargetView } from "@sluice/api/views/service-view";
import clsx from "clsx";
import { useTranslations } from "use-intl";
import { clusterColor } from "../../components/cluster-color.ts";
import { ClusterMark } from "../../components/cluster-mark.tsx";
import { KnownValue } from "../../components/known-value.tsx";
import { useHydrated } from "../../components/use-hydrated.ts";
import { formatShare } from "../../format/number-format.ts";
import { useFormat } from "../../format/use-format.ts";
import type { ClusterLook } from "../../trpc/use-clusters.ts";
import { ShareField } from "./share-field.tsx";
import { ShareSlider } from "./share-slider.tsx";
import type { DraftAction } from "./split-draft.ts";

interface TargetRowProps {
  target: SplitTargetView;
  look: ClusterLook;
  sourceName: string;
  index: number;
  permille: number;
  livePermille: number;
  locked: boolean;
  /** Other shares can give or take. */
  movable: boolean;
  /** Requests/s of the whole source; null when not known. */
  rate: number | null;
  act: (action: DraftAction) => void;
}

export function TargetRow({ target, look, sourceName, index, permille, livePermille, locked, movable, rate, act }: TargetRowProps) {
  const t = useTranslations("split");
  const format = useFormat();
  const changed = permille !== livePermille;
  const label = t("share-of", { cluster: look.name, source: sourceName });
  const disabled = !useHydrated() || locked || !movable;
  const plain = (value: number) => formatShare(value, "en").replace(/[\u00a0 ]%$/, "");
  const set = (value: number) => act({ type: "set-share", index, permille: value });
  const end = () => act({ type: "end-drag" });
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_92px] items-center gap-x-5 gap-y-3 border-t border-line py-3.5 first:border-t-0 md:grid-cols-[168px_minmax(0,1fr)_134px_92px_28px]">
      <TargetName target={target} look={look} />
      <div className="hidden md:block">
        <ShareSlider
          label={label}
          valueText={t("value-text", { share: plain(permille), cluster: look.name, was: plain(livePermille) })}
          permille={permille}
          livePermille={livePermille}
          color={clusterColor(look.color)}
          disabled={disabled}
          onChange={set}
          onEnd={end}
          onCancel={() => act({ type: "cancel-drag" })}
        />
      </div>
      <div className="col-start-1 row-start-2 md:col-start-auto md:row-start-auto">
        <ShareField cluster={look.name} label={t("percent-of", { cluster: look.name, source: sourceName })} text={format.share(permille, true).replace(/[\u00a0 ]%$/, "")} permille={permille} changed={changed} disabled={disabled} onChange={set} onEnd={end} onCancel={() => act({ type: "cancel-drag" })} />
      </div>
      <div className="num text-sm leading-[19px]">
        <div>{rate === null ? <KnownValue value={target.requestsPerSecond} dash>{format.rate}</KnownValue> : format.rate((rate * permille) / 1000)}</div>
        <div className={clsx("text-xs text-ink-2", !changed && "invisible")}>{rate === null ? "" : t("was", { rate: format.rate((rate * livePermille) / 1000) })}</div>
      </div>
      <LockButton locked={locked} name={look.name} onToggle={() => act({ type: "toggle-lock", index })} />
    </li>
  );
}

function TargetName({ target, look }: { target: SplitTargetView; look: ClusterLook }) {
  const t = useTranslations("split");
  const format = useFormat();
  return (
    <div className="flex min-w-0 gap-2.5">
      <span className="pt-[5px]"><ClusterMark color={look.color} /></span>
      <div className="min-w-0">
        <div className="truncate text-sm">
          <span className="font-[580]">{look.name}</span> {target.own ? <span className="text-ink-2">{t("this-cluster")}</span> : null}
        </div>
        <div className="truncate text-xs text-ink-2">
          {target.dropped !== null ? (
            <span className="text-bad">{t(`dropped-${target.dropped}`)}</span>
          ) : target.ramping !== null ? (
            <span className="text-warn">{t("ramping", { share: format.share(target.ramping.permille), reason: t(`dropped-${target.ramping.after}`) })}</span>
          ) : (
            <>
              {look.version === null ? "" : `${look.version.replace(/^(v\d+\.\d+).*$/, "$1")} · `}
              <KnownValue value={target.readyEndpoints}>{(count) => <span className={count === 0 ? "text-bad" : ""}>{t("ready", { count })}</span>}</KnownValue>
            </>
          )}
        </div>
      </div>
    </div>
  );
}

function LockButton({ locked, name, onToggle }: { locked: boolean; name: string; onToggle: () => void }) {
  const t = useTranslations("split");
  return (
    <button
      type="button"
      aria-pressed={locked}
      aria-label={t("lock", { cluster: name })}
      title={t("lock", { cluster: name })}
      onClick={onToggle}
      className={clsx("grid size-7 place-items-center justify-self-end rounded-[6px] hover:bg-sunk pointer-coarse:size-11", locked ? "text-ink" : "text-ink-3")}
    >
      <svg aria-hidden="true" width="15" height="15" viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round">
        <rect x="2.5" y="7" width="11" height="7.2" rx="1.6" fill={locked ? "currentColor" : "none"} />
        <path d={locked ? "M5 7V5a3 3 0 0 1 6 0v2" : "M5 7V4.6a3 3 0 0 1 5.8-1"} />
      </svg>
    </button>
  );
}
