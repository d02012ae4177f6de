import { sliceManagedByLabel, sliceManager } from "@sluice/shared/attachment/attachment-names";
import { sliceRoleLabel } from "@sluice/shared/attachment/desired-slices";
import { adoptPort, findPort } from "@sluice/shared/attachment/port-records";
import type { Write } from "./apply-actions.ts";
import type { AttachContext } from "./attach-context.ts";
import { readPortRecords, updatePortRecords } from "./port-record-store.ts";

/**
 * Live slices outrank the records, which may have been restored from a backup: a port that our slices send callers to
 * is taken over into the records. Answers what was written.
 */
export async function adoptListenPorts(key: string, { client, cache, systemNamespace, log }: AttachContext): Promise<Write | undefined> {
  const service = cache.service(key);
  const uid = service?.metadata.uid;
  if (service === undefined || uid === undefined) return undefined;
  const [namespace = "", name = ""] = key.split("/");
  const records = readPortRecords(cache.portRecords);
  for (const { metadata, ports, endpoints } of cache.slices(key)) {
    if (metadata.labels?.[sliceManagedByLabel] !== sliceManager || metadata.labels[sliceRoleLabel] !== "proxy") continue;
    // Slices of a Service that was deleted and made anew speak of the old one, and go with it.
    if (endpoints.length === 0 || !metadata.ownerReferences?.some((owner) => owner.uid === uid)) continue;
    for (const slicePort of ports ?? []) {
      const port = service.spec.ports?.find((one) => (one.name ?? "") === (slicePort.name ?? "") && (one.protocol ?? "TCP") === "TCP")?.port;
      const listenPort = slicePort.port;
      if (port === undefined || listenPort === undefined) continue;
      const owner = { serviceUid: uid, namespace, service: name, port };
      const record = findPort(records, owner);
      if (record?.listenPort === listenPort && record.state === "bound") continue;
      log("warn", { service: key, port, listenPort }, "the port records contradict the live slices; the slices are right");
      const configMap = await updatePortRecords(client, systemNamespace, (current) => adoptPort(current, owner, listenPort));
      if (configMap === undefined) return undefined;
      return { kind: "configMap", key: `${systemNamespace}/${configMap.metadata.name}`, resourceVersion: configMap.metadata.resourceVersion ?? "" };
    }
  }
  return undefined;
}
