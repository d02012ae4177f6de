import { ApiError } from "@sluice/kubernetes/api-error";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { kinds } from "@sluice/kubernetes/kinds";
import { managedByLabel, managedBySluice } from "@sluice/shared/attachment/attachment-names";
import type { ServiceImport } from "@sluice/shared/import/service-import-schema";
import type { ExportVerdict, ImportAction } from "@sluice/shared/propagation/plan-imports";
import { sameJson } from "@sluice/shared/propagation/same-json";
import type { Logger } from "pino";
import type { Member } from "../../kubernetes/member-directory.ts";
import { staleAnnotation } from "../../world/labels.ts";
import { setConditions } from "../conditions.ts";

export interface PropagationWorld {
  member: Member;
  createNamespaces: boolean;
  log: Logger;
  nowMs: number;
  signal: AbortSignal;
}

/** stands: there was nothing to write, and is not before something else is planned. */
export type Applied = "stands" | "written";

/** Makes one import as planned. Writes only what differs. Throws ApiError or ConnectionError: "again later". */
export async function applyImport(action: ImportAction, world: PropagationWorld): Promise<Applied> {
  const { member, log, signal } = world;
  const { connection } = member;
  if (connection === undefined) return "written";
  const { client, caches } = connection;
  const ref = { namespace: action.namespace, name: action.name };
  const present = caches.serviceImports.get(`${action.namespace}/${action.name}`);
  if (action.action !== "keep" && action.action !== "wait") log.info({ cluster: action.memberKey, import: `${ref.namespace}/${ref.name}`, action: action.action, reason: action.reason }, "import");
  switch (action.action) {
    case "wait":
      if (!world.createNamespaces) return "stands";
      await createNamespace(client, action.namespace, signal);
      return "written";
    case "delete": {
      const uid = present?.metadata.uid;
      await client.delete(kinds.serviceImports, ref, { signal, ...(uid === undefined ? {} : { preconditions: { uid } }) }).catch(ignore(404, 409));
      return "written";
    }
    case "create": {
      // It was created since, and comes into the next look.
      if (present !== undefined) return "written";
      const annotations = staleOf(action) === undefined ? {} : { annotations: { [staleAnnotation]: staleOf(action) ?? "" } };
      const object: ServiceImport = {
        apiVersion: "flomesh.io/v1alpha1",
        kind: "ServiceImport",
        metadata: { ...ref, labels: { [managedByLabel]: managedBySluice }, ...annotations },
        spec: specOf(action),
      };
      const created = await client.create(kinds.serviceImports, object, { signal }).catch(ignore(409));
      if (created !== undefined) await writeStatus(client, created, signal);
      return "written";
    }
    case "update":
    case "keep":
      if (present === undefined) return "written";
      if (present.metadata.annotations?.[staleAnnotation] === staleOf(action) && (action.action === "keep" || sameJson(present.spec, action.spec))) return action.action === "keep" ? "stands" : "written";
      await replaceImport(action, present, client, signal);
      return "written";
  }
}

async function replaceImport(action: ImportAction, present: ServiceImport, client: KubernetesClient, signal: AbortSignal): Promise<void> {
  const { [staleAnnotation]: _, ...others } = present.metadata.annotations ?? {};
  const stale = staleOf(action);
  const annotations = stale === undefined ? others : { ...others, [staleAnnotation]: stale };
  // A conflict says that the cache is behind: what it lacks comes by the watch, and calls for the next look.
  const replaced = await client.replace(kinds.serviceImports, { ...present, metadata: { ...present.metadata, annotations }, spec: specOf(action) }, { signal }).catch(ignore(409));
  if (replaced !== undefined) await writeStatus(client, replaced, signal);
}

/** Writes the conditions of one export when they changed. */
export async function applyVerdict(verdict: ExportVerdict, world: PropagationWorld): Promise<Applied> {
  const { member, nowMs, signal } = world;
  const present = member.connection?.caches.serviceExports.get(`${verdict.namespace}/${verdict.name}`);
  if (member.connection === undefined || present === undefined) return "written";
  const before = present.status?.conditions ?? [];
  const verdicts = [
    { type: "Valid", ...verdict.valid },
    { type: "Conflict", ...verdict.conflict },
  ];
  const conditions = setConditions(before, verdicts, nowMs, present.metadata.generation);
  if (conditions === before) return "stands";
  const ref = { namespace: verdict.namespace, name: verdict.name };
  await member.connection.client.patch(kinds.serviceExports, ref, { type: "merge", body: { status: { conditions } } }, { subresource: "status", signal }).catch(ignore(404));
  return "written";
}

/** status.clusters: who offers the service, at which address. */
async function writeStatus(client: KubernetesClient, object: ServiceImport, signal: AbortSignal): Promise<void> {
  const addresses = new Map<string, Set<string>>();
  for (const { endpoints } of object.spec.ports) {
    for (const { clusterKey, target } of endpoints) addresses.set(clusterKey, (addresses.get(clusterKey) ?? new Set()).add(target.ip === "" ? target.host : target.ip));
  }
  const clusters = [...addresses].map(([cluster, list]) => ({ cluster, addresses: [...list].toSorted() }));
  if (JSON.stringify(object.status?.clusters ?? []) === JSON.stringify(clusters)) return;
  const { namespace, name } = object.metadata;
  await client.patch(kinds.serviceImports, { namespace, name }, { type: "merge", body: { status: { clusters } } }, { subresource: "status", signal }).catch(ignore(404));
}

async function createNamespace(client: KubernetesClient, name: string, signal: AbortSignal): Promise<void> {
  await client.create(kinds.namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name } }, { signal }).catch(ignore(409));
}

function specOf(action: ImportAction): ServiceImport["spec"] {
  if (action.spec === undefined) throw new Error(`the plan to ${action.action} ${action.namespace}/${action.name} has no spec`);
  return action.spec;
}

function staleOf(action: ImportAction): string | undefined {
  return action.staleKeys.length === 0 ? undefined : action.staleKeys.join(",");
}

function ignore(...codes: number[]): (error: unknown) => undefined {
  return (error) => {
    if (error instanceof ApiError && codes.includes(error.code)) return undefined;
    throw error;
  };
}
