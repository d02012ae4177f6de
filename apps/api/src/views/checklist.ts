import { clusterNameOf } from "@sluice/shared/cluster/cluster-key";
import type { ChecklistView } from "./cluster-view.ts";
import type { Look } from "./look.ts";
import { type Row, sumRequests } from "./split-rows.ts";

type Step = ChecklistView["steps"][number];

/** The five steps of the first minute, from live objects only: kubectl ticks them as well as the console. */
export function checklistView(look: Look, byService: ReadonlyMap<string, readonly Row[]>): ChecklistView {
  const { members } = look.index;
  const exporters = (service: string) => members.filter(({ member }) => member.serviceExports.get(service) !== undefined);
  const service = [...byService.keys()].toSorted((a, b) => exporters(b).length - exporters(a).length || traffic(look, byService.get(b)) - traffic(look, byService.get(a)))[0];
  const rows = service === undefined ? [] : (byService.get(service) ?? []);
  const main = rows[0];
  const source = main?.index.member.key;
  const target = main?.split.targetKeys.find((key) => key !== source) ?? members.find(({ member }) => member.key !== source)?.member.key;
  const managed = members.filter(({ member }) => member.cluster.status?.conditions?.some(({ type, status }) => type === "Managed" && status === "True"));
  const named = {
    service: service ?? "",
    source: source === undefined ? "" : clusterNameOf(source),
    target: target === undefined ? "" : clusterNameOf(target),
  };
  const share = (key: string | undefined) => (key === undefined ? 0 : (main?.split.requestedPermille.get(key) ?? 0));
  const joined = managed.length >= 2;
  const exported = joined && service !== undefined && exporters(service).length >= 2;
  const firstRequests = exported && rows.some((row) => movedRequests(look, row) > 0 || remoteShare(row) > 0);
  const rest = firstRequests && main !== undefined && share(source) === 0 && remoteShare(main) === 1000;
  // The old cluster has left when all that exports the service is one cluster, and it once was split.
  const left = members.length === 1 && rows.some((row) => row.history.length > 0);
  const steps: Step[] = [
    { id: "joined", done: joined || left, params: { count: String(managed.length) } },
    { id: "exported", done: exported || left, params: { ...named } },
    { id: "first-requests", done: firstRequests || left, params: { ...named } },
    { id: "move-rest", done: rest || left, params: { ...named } },
    { id: "leave", done: left, params: { ...named } },
  ];
  const next = steps.find((step) => !step.done);
  if (next !== undefined) next.command = commandOf(next.id, named, { service, source, target, hasPolicy: main?.split.policy !== undefined });
  return { steps };
}

function commandOf(id: Step["id"], named: { source: string; target: string }, keys: { service: string | undefined; source: string | undefined; target: string | undefined; hasPolicy: boolean }): string {
  const [namespace = "httpbin", name = "httpbin"] = (keys.service ?? "httpbin/httpbin").split("/");
  const source = named.source || "1-23";
  const split = (shares: [string | undefined, number][]) => {
    const spec = { lbType: "ActiveActive", targets: shares.map(([clusterKey, weight]) => ({ clusterKey: clusterKey ?? "default/default/default/1-25", weight })) };
    if (keys.hasPolicy) return `kubectl --context ${source} patch gtp ${name} -n ${namespace} --type merge -p '${JSON.stringify({ spec })}'`;
    // A patch needs an object; on one line, so that a paste runs at once and shells without here-documents take it too.
    const object = { apiVersion: "flomesh.io/v1alpha1", kind: "GlobalTrafficPolicy", metadata: { name, namespace }, spec };
    return `echo '${JSON.stringify(object)}' | kubectl --context ${source} apply -f -`;
  };
  switch (id) {
    case "joined":
      return "kubectl --context control-plane get clusters.flomesh.io";
    case "exported":
      return `kubectl --context ${named.target || "1-25"} get serviceexports -n ${namespace}`;
    case "first-requests":
      return split([[keys.source, 900], [keys.target, 100]]);
    case "move-rest":
      return split([[keys.source, 0], [keys.target, 1000]]);
    case "leave":
      return `kubectl --context control-plane delete clusters.flomesh.io ${source}`;
  }
}

function traffic(look: Look, rows: readonly Row[] | undefined): number {
  return (rows ?? []).reduce((sum, row) => sum + sumRequests(look.telemetry.window(row.service, row.index.member.key, look.nowMs, 60_000).byTarget.values()), 0);
}

/** Requests of the row's callers that another cluster answered within the last minute. */
function movedRequests(look: Look, row: Row): number {
  const { byTarget } = look.telemetry.window(row.service, row.index.member.key, look.nowMs, 60_000);
  return [...byTarget].reduce((sum, [key, tally]) => sum + (key === row.index.member.key ? 0 : tally.requests), 0);
}

function remoteShare(row: Row): number {
  return [...row.split.requestedPermille].reduce((sum, [key, permille]) => sum + (key === row.index.member.key ? 0 : permille), 0);
}
