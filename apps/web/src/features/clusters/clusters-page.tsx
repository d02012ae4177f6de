"use client";

import type { ClusterView } from "@sluice/api/views/cluster-view";
import dynamic from "next/dynamic";
import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "../../components/button.tsx";
import { PageHead } from "../../components/page-head.tsx";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { useLive, useLiveHealth } from "../../trpc/live-provider.tsx";
import { ClusterCard } from "./cluster-card.tsx";

const JoinDialog = dynamic(() => import("./join-dialog.tsx").then((module) => module.JoinDialog), { ssr: false });

/** The members: what each is, whether it is managed, and how to join and leave. */
export function ClustersPage() {
  const t = useTranslations("clusters");
  const live = useTranslations("live");
  const fleet = useLive().fleet;
  const health = useLiveHealth();
  const parameters = useSearchParams();
  const [joining, setJoining] = useState(parameters.get("join") === "1");
  const clusters = fleet?.clusters;
  return (
    <>
      <PageHead
        title={clusters === undefined ? health.kind === "lost" ? live("no-api") : <Skeleton className="h-[30px] w-[380px] max-w-full" /> : <Sentence clusters={clusters} />}
        actions={<Button tone="primary" onClick={() => setJoining(true)}>{t("join")}</Button>}
      />
      {clusters === undefined ? (
        <div className="grid grid-cols-1 gap-5 lg:grid-cols-2">
          <Skeleton className="h-[306px] rounded-panel" />
          <Skeleton className="h-[306px] rounded-panel" />
        </div>
      ) : clusters.length === 0 ? (
        <Panel className="px-6 py-16 text-center text-ink-2">{t("empty")}</Panel>
      ) : (
        <div className="grid grid-cols-1 gap-5 lg:grid-cols-2">
          {clusters.map((cluster) => <ClusterCard key={cluster.uid} cluster={cluster} />)}
        </div>
      )}
      {joining ? <JoinDialog onClose={() => setJoining(false)} /> : null}
    </>
  );
}

function Sentence({ clusters }: { clusters: ClusterView[] }) {
  const t = useTranslations("clusters");
  const managed = clusters.filter((cluster) => cluster.conditions.some((condition) => condition.type === "Managed" && condition.status === "True"));
  if (clusters.length === 0) return t("sentence-none");
  const lost = clusters.filter((cluster) => !managed.includes(cluster)).map((cluster) => cluster.name);
  return lost.length === 0 ? t("sentence-all", { count: clusters.length }) : t("sentence-some", { managed: managed.length, count: clusters.length, lost: lost.join(", ") });
}
