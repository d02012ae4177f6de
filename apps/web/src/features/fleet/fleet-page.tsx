"use client";

import type { FleetView, ServiceRowView } from "@sluice/api/views/cluster-view";
import Link from "next/link";
import { useTranslations } from "use-intl";
import { AnswerStrip } from "../../components/answer-strip.tsx";
import { buttonClass } from "../../components/button.tsx";
import { knownOr } from "../../components/known-value.tsx";
import { PageHead } from "../../components/page-head.tsx";
import { Panel, PanelHead } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { useFormat } from "../../format/use-format.ts";
import { useLive, useLiveHealth } from "../../trpc/live-provider.tsx";
import { useClusterLook } from "../../trpc/use-clusters.ts";
import { Checklist } from "./checklist.tsx";
import { FleetSentence } from "./fleet-sentence.tsx";
import { FleetServices } from "./fleet-services.tsx";
import { FlowPicture } from "./flow-picture.tsx";
import { mainService } from "./main-service.ts";
import { nextCluster } from "./next-cluster.ts";

/** The first minute: who answers, how the requests flow, and what to do next. */
export function FleetPage() {
  const fleet = useLive().fleet;
  return fleet === null ? <FleetWaiting /> : <FleetSeen fleet={fleet} />;
}

function FleetSeen({ fleet }: { fleet: FleetView }) {
  const t = useTranslations("fleet");
  const format = useFormat();
  const service = mainService(fleet.services);
  const rate = fleet.callers.reduce((sum, caller) => sum + (knownOr(caller.requestsPerSecond) ?? 0), 0);
  return (
    <>
      <PageHead title={<FleetSentence fleet={fleet} service={service} />} actions={<FleetActions fleet={fleet} service={service} />} />
      <div className="grid grid-cols-1 gap-5 min-[1160px]:grid-cols-[minmax(0,1fr)_340px]">
        <Panel className="flex min-w-0 flex-col px-4 py-4 md:px-[22px]" label={t("flow")}>
          <PanelHead title={t("flow")} aside={t("right-now", { rate: format.rate(rate) })} />
          <div className="flex flex-1 items-center py-3">
            {fleet.clusters.length === 0 ? <p className="w-full py-16 text-center text-ink-2">{t("empty")}</p> : <FlowPicture fleet={fleet} />}
          </div>
          <LatestAnswers latest={fleet.latest} />
        </Panel>
        <Checklist checklist={fleet.checklist} />
      </div>
      {fleet.services.length === 0 ? null : (
        <div className="mt-5">
          <FleetServices services={fleet.services} />
        </div>
      )}
    </>
  );
}

function FleetActions({ fleet, service }: { fleet: FleetView; service: ServiceRowView | null }) {
  const t = useTranslations("fleet");
  const joinFirst = fleet.clusters.length < 2 || service === null;
  const next = service === null ? null : nextCluster(fleet.checklist, service.service);
  return (
    <>
      <Link href="/clusters?join=1" className={buttonClass(joinFirst ? "primary" : "plain")}>{t("join")}</Link>
      {joinFirst ? null : <Link href={`/services/${service.service}`} className={buttonClass("primary")}>{next === null ? t("move") : t("send-some", { cluster: next })}</Link>}
    </>
  );
}

function LatestAnswers({ latest }: { latest: FleetView["latest"] }) {
  const t = useTranslations("fleet");
  const look = useClusterLook();
  const answers = latest.map(([id, key, status]) => ({ id, status, ...look(key) }));
  return (
    <div className="flex items-center gap-6 border-t border-line pt-3">
      <h3 className="shrink-0 text-xs text-ink-2">{t("latest")}</h3>
      <AnswerStrip answers={answers} cells={20} label={t("latest-label", { list: answers.slice(-20).map((answer) => answer.name).join(", ") })} />
    </div>
  );
}

function FleetWaiting() {
  const t = useTranslations("live");
  const health = useLiveHealth();
  return (
    <div aria-busy={health.kind !== "lost"}>
      <PageHead title={health.kind === "lost" ? t("no-api") : <Skeleton className="h-[30px] w-[min(560px,100%)]" />}>
        {health.kind === "lost" ? <p className="mt-1.5 text-ink-2">{t("no-api-remedy")}</p> : <span className="sr-only">{t("connecting")}</span>}
      </PageHead>
      <div className="grid grid-cols-1 gap-5 min-[1160px]:grid-cols-[minmax(0,1fr)_340px]">
        <Skeleton className="h-[362px] rounded-panel" />
        <Skeleton className="h-[362px] rounded-panel" />
      </div>
      <Skeleton className="mt-5 h-[186px] rounded-panel" />
    </div>
  );
}
