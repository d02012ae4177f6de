import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import type { Kubectl } from "../../ground/kubectl.ts";
import { auditLog } from "../daemons/control-plane.ts";
import { SetState } from "../set/state.ts";
import { type AuditEvent, type Grant, grantsOf, type RbacObject, readAudit } from "./rights.ts";

/** What the accounts in sluice-system may do in a cluster. */
export async function readGrants(kubectl: Kubectl): Promise<Grant[]> {
  const { items } = await kubectl.json<{ items: RbacObject[] }>(["get", "clusterroles,clusterrolebindings,roles,rolebindings", "-A"]);
  return grantsOf(items);
}

/** What a cluster of the set in `folder` was asked, from its start, as far as its logs go back (192 MB). */
export function auditEvents(folder: string, name: string): AuditEvent[] {
  const cluster = SetState.read(folder)?.set.clusters.find((one) => one.name === name);
  if (cluster === undefined) throw new Error(`there is no cluster ${name} in ${folder}`);
  const current = auditLog(cluster);
  // Older ones have the time of their end in their names, so the current one comes last by name too: "-" is before ".".
  const files = readdirSync(path.dirname(current)).toSorted((a, b) => (a < b ? -1 : 1));
  return files.flatMap((file) => readAudit(readFileSync(path.join(path.dirname(current), file), "utf8")));
}
