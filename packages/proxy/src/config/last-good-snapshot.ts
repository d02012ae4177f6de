import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { GatewayRoute, ServicePart, Snapshot } from "../snapshot.ts";
import type { SnapshotChange } from "./snapshot-change.ts";

const fileName = "last-good-snapshot.json";
/** Pod addresses are given to other pods soon; after this they are not trusted. Gateways' addresses are lasting. */
export const endpointAgeMsMax = 300_000;

const local = z.object({ endpoints: z.array(z.object({ ip: z.string(), port: z.int(), pod: z.string() })) });
const loadBalancer = z.enum(["RoundRobinLoadBalancer", "HashingLoadBalancer", "LeastWorkLoadBalancer"]);
/** Absent in files of earlier versions. */
const sticky = z.boolean().default(false);
const requested = z.discriminatedUnion("mode", [
  z.object({ mode: z.literal("Locality") }),
  z.object({ mode: z.literal("ActiveActive"), targets: z.array(z.object({ clusterKey: z.string(), weight: z.int() })) }),
  z.object({ mode: z.literal("FailOver"), targets: z.array(z.object({ clusterKey: z.string(), priority: z.int() })) }),
]);
const port = z.object({
  port: z.int(),
  listenPort: z.int().nullable(),
  protocol: z.enum(["http", "tcp"]),
  passLocal: z.boolean(),
  requested,
  local,
  remotes: z.array(z.object({ clusterKey: z.string(), host: z.string(), ip: z.string(), port: z.int(), path: z.string() })),
  sticky,
  loadBalancer,
});
const service: z.ZodType<ServicePart> = z.object({
  key: z.string(),
  uid: z.string(),
  policy: z.object({ uid: z.string(), generation: z.int(), splitHash: z.string() }).nullable(),
  ports: z.array(port),
});
const route: z.ZodType<GatewayRoute> = z.object({
  service: z.string(),
  port: z.int(),
  path: z.string(),
  pathType: z.enum(["Exact", "Prefix"]),
  pathRewrite: z.object({ from: z.string(), to: z.string() }).nullable(),
  serviceAccountName: z.string(),
  sticky,
  loadBalancer,
  local,
});
const fileSchema = z.object({ version: z.literal(1), trueAtMs: z.number(), clusterKey: z.string(), services: z.array(service), gateway: z.array(route) });

/** Writes the snapshot as what was true at `trueAtMs`; a reader never sees half of it. */
export async function saveLastGoodSnapshot(folder: string, snapshot: Snapshot, trueAtMs: number): Promise<void> {
  const { clusterKey, services, gateway } = snapshot;
  const file = path.join(folder, fileName);
  await mkdir(folder, { recursive: true });
  await writeFile(`${file}.new`, JSON.stringify({ version: 1, trueAtMs, clusterKey, services: [...services.values()], gateway }), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/**
 * The snapshot of an earlier run; undefined without a good one. Local endpoints are dropped once they are older than
 * `endpointAgeMsMax`.
 */
export async function loadLastGoodSnapshot(folder: string, nowMs: number): Promise<{ change: SnapshotChange; ageMs: number } | undefined> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path.join(folder, fileName), "utf8"));
  } catch {
    return undefined;
  }
  const parsed = fileSchema.safeParse(content);
  if (!parsed.success) return undefined;
  const { clusterKey, trueAtMs, services, gateway } = parsed.data;
  const ageMs = Math.max(0, nowMs - trueAtMs);
  const empty = { endpoints: [] };
  const tooOld = ageMs > endpointAgeMsMax;
  return {
    ageMs,
    change: {
      clusterKey,
      compiledAtMs: trueAtMs,
      whole: true,
      removed: [],
      services: tooOld ? services.map((one) => ({ ...one, ports: one.ports.map((part) => ({ ...part, local: empty })) })) : services,
      gateway: tooOld ? gateway.map((one) => ({ ...one, local: empty })) : gateway,
    },
  };
}
