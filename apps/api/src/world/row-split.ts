import type { Service } from "@sluice/kubernetes/kinds";
import { type GlobalTrafficPolicy, type GlobalTrafficPolicySpec, globalTrafficPolicySpecSchema } from "@sluice/shared/policy/global-traffic-policy-schema";
import { resolvePolicy } from "@sluice/shared/policy/resolve-policy";
import { serviceSplit } from "@sluice/shared/policy/service-split";
import type { RequestedSplit } from "@sluice/shared/split/split";
import { fromWeights } from "@sluice/shared/split/share-arithmetic";
import type { MemberWorld } from "./world.ts";

/** One port of a service as a source cluster's policy splits it. */
export interface PortSplit {
  readonly port: number;
  readonly importKeys: readonly string[];
  readonly requested: RequestedSplit;
}

/** What a source cluster's policy asks for. */
export interface RowSplit {
  readonly policy: GlobalTrafficPolicy | undefined;
  /** undefined: no policy, or one that the schema refuses. */
  readonly spec: GlobalTrafficPolicySpec | undefined;
  readonly ports: readonly PortSplit[];
  /** The port that rows speak of: the first that other clusters offer, else the first. */
  readonly main: PortSplit;
  /** Own key, those that the import offers and those that the policy names, in key order. */
  readonly targetKeys: readonly string[];
  readonly unknownKeys: readonly string[];
  /** Of the service as a whole: what proxies acknowledge. */
  readonly splitHash: string;
  /** Thousandths by target key, of `main`. */
  readonly requestedPermille: ReadonlyMap<string, number>;
}

/** The split of `service` ("namespace/name") for callers in `member`. */
export function rowSplit(member: MemberWorld, service: string): RowSplit {
  const policy = member.policies.get(service);
  return splitBy(member, service, policy, parseSpec(policy?.spec));
}

/** As `rowSplit`, but as if the policy said `spec`. */
export function splitBy(
  member: MemberWorld,
  service: string,
  policy: GlobalTrafficPolicy | undefined,
  spec: GlobalTrafficPolicySpec | undefined,
): RowSplit {
  const imported = member.serviceImports.get(service)?.spec.ports ?? [];
  const whole = serviceSplit({ spec, ownKey: member.key, serviceImport: member.serviceImports.get(service)?.spec });
  const ports = portNumbers(member.services.get(service), imported.map(({ port }) => port)).map((port): PortSplit => {
    const importKeys = imported.find((candidate) => candidate.port === port)?.endpoints.map((endpoint) => endpoint.clusterKey) ?? [];
    return { port, importKeys, requested: resolvePolicy({ spec, ownKey: member.key, importKeys }).requested };
  });
  const first = ports[0] ?? { port: 0, importKeys: [], requested: { mode: "Locality" } as const };
  const main = ports.find((port) => port.importKeys.length > 0) ?? first;
  const named = spec === undefined || spec.lbType === "Locality" ? [] : spec.targets.map((target) => target.clusterKey);
  const targetKeys = [...new Set([member.key, ...main.importKeys, ...named])].toSorted();
  return { policy, spec, ports, main, targetKeys, unknownKeys: whole.unknownKeys, splitHash: whole.hash, requestedPermille: sharesOf(main.requested, member.key) };
}

/** Parses a policy's spec; undefined for none and for one that is not valid. */
export function parseSpec(spec: unknown): GlobalTrafficPolicySpec | undefined {
  if (spec === undefined) return undefined;
  const parsed = globalTrafficPolicySpecSchema.safeParse(spec);
  return parsed.success ? parsed.data : undefined;
}

/** Thousandths by target of a requested split, before health: all of Locality and FailOver belongs to the source. */
export function sharesOf(requested: RequestedSplit, ownKey: string): Map<string, number> {
  if (requested.mode !== "ActiveActive") return new Map([[ownKey, 1000]]);
  const shares = fromWeights(requested.targets.map((target) => target.weight));
  return new Map(requested.targets.map((target, index) => [target.clusterKey, shares[index] ?? 0]));
}

function portNumbers(service: Service | undefined, imported: readonly number[]): number[] {
  const own = (service?.spec.ports ?? []).map(({ port }) => port);
  return [...new Set(own.length > 0 ? own : imported)];
}
