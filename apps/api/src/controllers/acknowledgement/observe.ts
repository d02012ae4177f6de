import { readRow } from "../../telemetry/row-reading.ts";
import type { Look } from "../../views/look.ts";
import { rowSplit } from "../../world/row-split.ts";

/** Which proxies of a source cluster apply its present policy of a service. */
export interface Observation {
  /** `source service`: one row of the Split tab. */
  readonly key: string;
  /** Object, generation and split of every port: a new one starts the clock again. */
  readonly identity: string;
  /** Object and generation: what a person changes; the split also follows the imports. */
  readonly revision: string;
  readonly ready: number;
  readonly total: number;
}

/** One observation for each policy of each member. */
export function observe(look: Look): Observation[] {
  return look.index.members.flatMap(({ member }) =>
    member.policies.list().flatMap((policy): Observation[] => {
      const service = `${policy.metadata.namespace ?? "default"}/${policy.metadata.name}`;
      const coverage = look.coverage.get(member.key);
      if (coverage === undefined) return [];
      const split = rowSplit(member, service);
      const revision = `${policy.metadata.uid} ${policy.metadata.generation}`;
      const identity = `${revision} ${split.splitHash}`;
      const { acknowledged } = readRow(split, service, coverage.heard);
      return [{ key: `${member.key} ${service}`, identity, revision, ready: acknowledged.length, total: coverage.total }];
    }),
  );
}
