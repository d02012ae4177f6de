"use client";

import type { FleetView, ServiceRowView } from "@sluice/api/views/cluster-view";
import Link from "next/link";
import { Fragment } from "react";
import { useTranslations } from "use-intl";
import { knownOr, useKnownWords } from "../../components/known-value.tsx";
import { useFormat } from "../../format/use-format.ts";
import { useClusterLook } from "../../trpc/use-clusters.ts";
import { nextCluster } from "./next-cluster.ts";

/** The state of the fleet, before any number or picture. */
export function FleetSentence({ fleet, service }: { fleet: FleetView; service: ServiceRowView | null }) {
  const t = useTranslations("fleet");
  const words = useKnownWords();
  const format = useFormat();
  const look = useClusterLook();
  if (fleet.clusters.length === 0) return t("sentence-no-cluster");
  if (service === null) return t("sentence-no-service", { count: fleet.clusters.length });
  const link = (
    <Link href={`/services/${service.service}`} className="underline decoration-line-strong decoration-2 underline-offset-[5px] hover:decoration-accent">
      {service.name}
    </Link>
  );
  const next = nextCluster(fleet.checklist, service.service);
  const measured = knownOr(service.measured)?.filter((part) => part.permille > 0);
  if (measured === undefined || measured.length === 0) return t.rich("sentence-unknown", { service: () => link, why: service.measured.state === "known" ? words({ state: "no-traffic" }) : words(service.measured) });
  return (
    <>
      {measured.map((part, index) => (
        <Fragment key={part.clusterKey}>
          {index === 0
            ? t.rich("sentence-first", { share: format.share(part.permille), service: () => link, cluster: () => <span className="whitespace-nowrap">{look(part.clusterKey).name}</span> })
            : t.rich("sentence-next", { share: format.share(part.permille), cluster: () => <span className="whitespace-nowrap">{look(part.clusterKey).name}</span> })}
        </Fragment>
      ))}
      {t("sentence-end")}
      {next === null ? null : (
        <>
          {" "}
          {t.rich("sentence-drag", {
            cluster: () => <span className="whitespace-nowrap">{next}</span>,
            drag: (word) => <Link href={`/services/${service.service}`} className="text-accent underline decoration-2 underline-offset-[5px]">{word}</Link>,
          })}
        </>
      )}
    </>
  );
}
