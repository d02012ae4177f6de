"use client";

import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { ClusterLabel } from "../../components/cluster-label.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { ErrorNote } from "../../components/error-note.tsx";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { writeAddress } from "../../components/use-address-choice.ts";
import { errorView } from "../../trpc/error-view.ts";
import { useTRPC } from "../../trpc/trpc.ts";
import { useClusterLook } from "../../trpc/use-clusters.ts";
import { objectsByCluster } from "./objects-by-cluster.ts";

/** The Kubernetes objects that make up a service, as they are in each cluster. */
export function YamlTab({ service }: { service: string }) {
  const t = useTranslations("yaml");
  const look = useClusterLook();
  const trpc = useTRPC();
  const objects = useQuery(trpc.services.yaml.queryOptions({ service }, { refetchInterval: 10_000 }));
  const parameters = useSearchParams();
  const [chosen, setChosen] = useState<string | null>(() => parameters.get("object"));
  const choose = (id: string) => {
    setChosen(id);
    writeAddress("object", id);
  };
  if (objects.isError && objects.data === undefined) return <ErrorNote {...errorView(objects.error)} retry={() => void objects.refetch()} />;
  if (objects.data === undefined) return <Skeleton className="h-[420px] rounded-panel" />;
  const groups = objectsByCluster(objects.data);
  const all = groups.flatMap((group) => group.objects);
  const shown = all.find((object) => object.id === chosen) ?? all.find((object) => object.kind === "GlobalTrafficPolicy") ?? all[0];
  if (shown === undefined) return <p className="text-ink-2">{t("none")}</p>;
  return (
    <div className="grid grid-cols-1 items-start gap-5 md:grid-cols-[240px_minmax(0,1fr)]">
      <Panel className="p-2" label={t("objects")}>
        {groups.map((group) => (
          <div key={group.clusterKey} className="py-1">
            <h2 className="px-2.5 py-1.5 text-sm font-[560]"><ClusterLabel look={look(group.clusterKey)} /></h2>
            <ul>
              {group.objects.map((object) => (
                <li key={object.id}>
                  <button type="button" aria-pressed={object.id === shown.id} onClick={() => choose(object.id)} className="min-h-8 w-full rounded-[6px] px-2.5 text-left text-sm text-ink-2 hover:bg-sunk aria-pressed:bg-sunk aria-pressed:font-[540] aria-pressed:text-ink pointer-coarse:min-h-11">
                    {object.kind}
                  </button>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </Panel>
      <Panel className="min-w-0 overflow-hidden" label={shown.kind}>
        <div className="flex items-center justify-between gap-4 border-b border-line bg-paper px-4 py-2.5">
          <span className="truncate text-xs text-ink-2">{t("object", { kind: shown.kind, service, cluster: look(shown.clusterKey).name })}</span>
          <CopyButton text={shown.yaml} label={t("copy")} />
        </div>
        <pre tabIndex={0} aria-label={t("object", { kind: shown.kind, service, cluster: look(shown.clusterKey).name })} className="max-h-[70vh] overflow-auto px-4 py-3 font-mono text-xs leading-[19px]">{shown.yaml}</pre>
      </Panel>
    </div>
  );
}
