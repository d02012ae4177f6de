"use client";

import type { EndpointView } from "@sluice/api/views/service-view";
import { useTranslations } from "use-intl";
import { ClusterLabel } from "../../components/cluster-label.tsx";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { useFormat } from "../../format/use-format.ts";
import { useLiveService, useNow } from "../../trpc/live-provider.tsx";
import { useClusterLook } from "../../trpc/use-clusters.ts";

const head = "h-10 px-4 text-left text-xs font-[450] text-ink-2";
const cell = "h-11 border-t border-line px-4";

/** The pods behind a service, by cluster. */
export function EndpointsTab({ service }: { service: string }) {
  const t = useTranslations("endpoints");
  const look = useClusterLook();
  const live = useLiveService(service)?.service;
  if (live === undefined) return <Skeleton className="h-[300px] rounded-panel" />;
  const groups = live.clusters.map((key) => ({ key, endpoints: live.endpoints.filter((endpoint) => endpoint.clusterKey === key) }));
  const ready = live.endpoints.filter((endpoint) => endpoint.ready && !endpoint.terminating).length;
  return (
    <div className="space-y-5">
      <p className="text-ink-2">{t("sentence", { ready, all: live.endpoints.length, clusters: live.clusters.length })}</p>
      {groups.map(({ key, endpoints }) => (
        <Panel key={key} label={look(key).name} className="overflow-hidden">
          <h2 className="flex items-center justify-between border-b border-line px-4 py-3 text-base font-[580]">
            <ClusterLabel look={look(key)} />
            <span className="text-xs font-[450] text-ink-2">{t("ready-of", { ready: endpoints.filter((endpoint) => endpoint.ready).length, all: endpoints.length })}</span>
          </h2>
          {endpoints.length === 0 ? <p className="px-4 py-5 text-sm text-ink-2">{t("none")}</p> : <EndpointTable endpoints={endpoints} />}
        </Panel>
      ))}
    </div>
  );
}

function EndpointTable({ endpoints }: { endpoints: EndpointView[] }) {
  const t = useTranslations("endpoints");
  const format = useFormat();
  const nowMs = useNow();
  return (
    <>
      <table className="hidden w-full table-fixed text-sm md:table">
        <thead>
          <tr>
            <th scope="col" className={`${head} w-[38%]`}>{t("pod")}</th>
            <th scope="col" className={head}>{t("state")}</th>
            <th scope="col" className={head}>{t("address")}</th>
            <th scope="col" className={head}>{t("node")}</th>
            <th scope="col" className={`${head} text-right`}>{t("started")}</th>
          </tr>
        </thead>
        <tbody>
          {endpoints.map((endpoint) => (
            <tr key={endpoint.address + endpoint.pod}>
              <td className={`${cell} truncate font-mono text-xs`}>{endpoint.pod}</td>
              <td className={cell}><EndpointState endpoint={endpoint} /></td>
              <td className={`${cell} font-mono text-xs text-ink-2`}>{endpoint.address}</td>
              <td className={`${cell} truncate text-ink-2`}>{endpoint.node ?? "—"}</td>
              <td className={`${cell} num text-ink-2`}>{endpoint.createdAtMs === null || nowMs === 0 ? "—" : format.ago(endpoint.createdAtMs, nowMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <ul className="divide-y divide-line md:hidden">
        {endpoints.map((endpoint) => (
          <li key={endpoint.address + endpoint.pod} className="px-4 py-3 text-sm">
            <div className="truncate font-mono text-xs">{endpoint.pod}</div>
            <div className="mt-1 flex justify-between gap-3">
              <EndpointState endpoint={endpoint} />
              <span className="font-mono text-xs text-ink-2">{endpoint.address}</span>
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

function EndpointState({ endpoint }: { endpoint: EndpointView }) {
  const t = useTranslations("endpoints");
  const state = endpoint.terminating ? "terminating" : endpoint.ready ? "ready" : "not-ready";
  const dot = { ready: "bg-good", "not-ready": "bg-bad", terminating: "bg-warn" }[state];
  return (
    <span className="inline-flex items-center gap-2">
      <span aria-hidden="true" className={`size-2 rounded-full ${dot}`} />
      {t(state)}
    </span>
  );
}
