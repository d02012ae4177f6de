import { z } from "zod";

/** Ports that proxies listen on for services; both ends included. */
export const firstListenPort = 10_000;
export const lastListenPort = 29_999;
/** How long a freed port stays unused: a caller may still hold a connection, or a kube-proxy an old rule. */
export const quarantineMs = 3_600_000;

const portRecordSchema = z.strictObject({
  serviceUid: z.string().min(1),
  namespace: z.string().min(1),
  service: z.string().min(1),
  /** Port of the Service. */
  port: z.int().min(1).max(65535),
  listenPort: z.int().min(firstListenPort).max(lastListenPort),
  state: z.enum(["bound", "quarantined"]),
  /** RFC 3339; set while quarantined. */
  freedAt: z.iso.datetime().optional(),
});

/** The record in ConfigMap `sluice-ports`, `data["ports.json"]`: who owns which listen port in this member. */
export const portRecordsSchema = z
  .strictObject({ version: z.literal(1), ports: z.array(portRecordSchema).max(lastListenPort - firstListenPort + 1) })
  .superRefine(({ ports }, context) => {
    const seen = new Set<string>();
    for (const [index, record] of ports.entries()) {
      for (const [field, id] of [["listenPort", `${record.listenPort}`], ["serviceUid", ownerOf(record)]] as const) {
        if (seen.has(id)) context.addIssue({ code: "custom", path: ["ports", index, field], message: `${id} is recorded twice` });
        seen.add(id);
      }
    }
  });

/** The records as they stand in the ConfigMap: JSON text. */
export const portRecordsTextSchema = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue({ code: "custom", message: "is not JSON" });
      return z.NEVER;
    }
  })
  .pipe(portRecordsSchema);

export type PortRecord = z.output<typeof portRecordSchema>;
export type PortRecords = z.output<typeof portRecordsSchema>;
export type PortOwner = Pick<PortRecord, "serviceUid" | "namespace" | "service" | "port">;

export const noPortRecords: PortRecords = { version: 1, ports: [] };

/** undefined: all 20,000 ports are bound or quarantined. */
export type Allocation = { readonly records: PortRecords; readonly listenPort: number | undefined };

/**
 * Gives the service port a listen port, the lowest that was never taken or has left quarantine. Idempotent; a port
 * that is still quarantined for the same owner comes back to it, since its listener's UID does not change thereby.
 */
export function allocatePort(records: PortRecords, owner: PortOwner): Allocation {
  const existing = findPort(records, owner);
  if (existing !== undefined) return { records: replace(records, existing, bound(owner, existing.listenPort)), listenPort: existing.listenPort };
  const taken = new Set(records.ports.map((record) => record.listenPort));
  for (let listenPort = firstListenPort; listenPort <= lastListenPort; listenPort++) {
    if (!taken.has(listenPort)) return { records: add(records, bound(owner, listenPort)), listenPort };
  }
  return { records, listenPort: undefined };
}

/** Puts the owner's port into quarantine. Idempotent: an earlier `freedAt` stays. */
export function freePort(records: PortRecords, owner: Pick<PortOwner, "serviceUid" | "port">, nowMs: number): PortRecords {
  const existing = findPort(records, owner);
  if (existing === undefined || existing.state === "quarantined") return records;
  return replace(records, existing, { ...existing, state: "quarantined", freedAt: new Date(nowMs).toISOString() });
}

/** Forgets ports that have been quarantined for an hour and on which no proxy has an open connection. */
export function endQuarantine(records: PortRecords, nowMs: number, openConnections: (listenPort: number) => number): PortRecords {
  const ports = records.ports.filter(
    ({ state, freedAt, listenPort }) =>
      state === "bound" || freedAt === undefined || nowMs - Date.parse(freedAt) < quarantineMs || openConnections(listenPort) > 0,
  );
  return ports.length === records.ports.length ? records : { ...records, ports };
}

/**
 * Takes over what live slices say: they outrank a record that was restored from a backup. Whoever else the record
 * names for that port loses it and must allocate again; traffic already flows to the live owner.
 */
export function adoptPort(records: PortRecords, owner: PortOwner, listenPort: number): PortRecords {
  const existing = findPort(records, owner);
  if (existing?.listenPort === listenPort && existing.state === "bound") return records;
  const others = records.ports.filter((record) => record.listenPort !== listenPort && ownerOf(record) !== ownerOf(owner));
  return add({ ...records, ports: others }, bound(owner, listenPort));
}

/** The record of a service port, bound or quarantined. */
export function findPort(records: PortRecords, owner: Pick<PortOwner, "serviceUid" | "port">): PortRecord | undefined {
  return records.ports.find((record) => ownerOf(record) === ownerOf(owner));
}

function ownerOf(owner: Pick<PortOwner, "serviceUid" | "port">): string {
  return `${owner.serviceUid}:${owner.port}`;
}

function bound({ serviceUid, namespace, service, port }: PortOwner, listenPort: number): PortRecord {
  return { serviceUid, namespace, service, port, listenPort, state: "bound" };
}

function add(records: PortRecords, record: PortRecord): PortRecords {
  return { ...records, ports: [...records.ports, record].toSorted((a, b) => a.listenPort - b.listenPort) };
}

function replace(records: PortRecords, old: PortRecord, by: PortRecord): PortRecords {
  if (old.state === by.state) return records;
  return { ...records, ports: records.ports.map((record) => (record === old ? by : record)) };
}
