import type { TelemetryState } from "../telemetry/telemetry-state.ts";
import { type Coverage, coverageOf } from "../world/proxy-coverage.ts";
import type { World } from "../world/world.ts";
import { indexWorld, type WorldIndex } from "../world/world-index.ts";

/** When all proxies of a source began to apply a policy, by our clock. */
export interface AcknowledgementLog {
  /** Epoch ms at which all ready proxies were first seen to apply the present change of the policy; null while they do not, or it is not known. */
  acknowledgedAtMs(source: string, service: string): number | null;
}

/** One look at everything: views are functions of it and of nothing else. */
export interface Look {
  readonly index: WorldIndex;
  readonly telemetry: TelemetryState;
  readonly acknowledgements: AcknowledgementLog;
  readonly coverage: ReadonlyMap<string, Coverage>;
  readonly nowMs: number;
}

export function lookAt(world: World, telemetry: TelemetryState, acknowledgements: AcknowledgementLog, nowMs: number): Look {
  const index = indexWorld(world);
  const coverage = new Map(index.members.map((member) => [member.member.key, coverageOf(member, telemetry, nowMs)]));
  return { index, telemetry, acknowledgements, coverage, nowMs };
}
