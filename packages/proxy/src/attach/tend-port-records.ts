import { endQuarantine, freePort } from "@sluice/shared/attachment/port-records";
import type { AttachContext } from "./attach-context.ts";
import { readPortRecords, updatePortRecords } from "./port-record-store.ts";

/** Frees the ports of Services that are gone, and forgets those whose quarantine is over. */
export async function tendPortRecords({ client, cache, poller, systemNamespace, now }: AttachContext): Promise<void> {
  if (!cache.live || cache.portRecords === undefined) return;
  const uids = cache.serviceUids();
  const tend = (records: ReturnType<typeof readPortRecords>) => {
    const nowMs = now();
    const orphans = records.ports.filter((record) => record.state === "bound" && !uids.has(record.serviceUid));
    const freed = orphans.reduce((rest, orphan) => freePort(rest, orphan, nowMs), records);
    return endQuarantine(freed, nowMs, (listenPort) => poller.openConnections(listenPort));
  };
  const known = readPortRecords(cache.portRecords);
  if (tend(known) !== known) await updatePortRecords(client, systemNamespace, tend);
}
