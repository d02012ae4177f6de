import { managedByLabel, managedBySluice } from "@sluice/shared/attachment/attachment-names";
import { serviceImportSpecSchema } from "@sluice/shared/import/service-import-schema";
import { kinds } from "@sluice/kubernetes/kinds";
import type { Write } from "./apply-actions.ts";
import type { AttachContext } from "./attach-context.ts";
import { attachFieldManager } from "./attach-field-manager.ts";
import { planImportedService } from "./plan-imported-service.ts";

/** Makes, keeps, releases or deletes the Service of a service that only other clusters have. Answers what it wrote. */
export async function reconcileImportedService(key: string, { client, cache, log }: AttachContext): Promise<Write | undefined> {
  const [namespace = "", name = ""] = key.split("/");
  const service = cache.service(key);
  const parsed = serviceImportSpecSchema.safeParse(cache.serviceImport(key)?.spec);
  const serviceImport = parsed.success && !cache.isDetachAll ? parsed.data : undefined;
  const step = planImportedService({ namespace, name, service, serviceImport, fieldManager: attachFieldManager });
  if (step.type === "none" || (step.type === "create" && !cache.hasNamespace(namespace))) return undefined;
  log("info", { service: key, step: step.type, reason: step.reason }, `imported service: ${step.type}`);
  if (step.type === "create") {
    const { metadata } = await client.create(kinds.services, step.service);
    return { kind: "service", key, resourceVersion: metadata.resourceVersion ?? "" };
  }
  const ref = { namespace, name };
  const { uid, resourceVersion } = service?.metadata ?? {};
  if (step.type === "delete") {
    // Whoever took the Service over in this moment keeps it: its version is another one then.
    await client.delete(kinds.services, ref, { preconditions: { ...(uid === undefined ? {} : { uid }), ...(resourceVersion === undefined ? {} : { resourceVersion }) } });
    return { kind: "service", key, deletedUid: uid };
  }
  const label = `/metadata/labels/${managedByLabel.replace("/", "~1")}`;
  const change =
    step.type === "release"
      ? ([{ op: "test", path: label, value: managedBySluice }, { op: "remove", path: label }] as const)
      : ([{ op: "test", path: "/metadata/resourceVersion", value: resourceVersion }, { op: "replace", path: "/spec/ports", value: step.ports }] as const);
  const result = await client.patch(kinds.services, ref, { type: "json", body: [{ op: "test", path: "/metadata/uid", value: uid }, ...change] });
  return { kind: "service", key, resourceVersion: result.metadata.resourceVersion ?? "" };
}
