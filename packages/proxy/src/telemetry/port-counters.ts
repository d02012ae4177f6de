import type { AppliedPolicy, ServicePortTelemetry, SplitInForce, TargetHealth } from "@sluice/shared/telemetry/telemetry-frame";
import { CallerWindow } from "./caller-window.ts";
import { LatestAnswers } from "./latest-answers.ts";
import { RequestLedger } from "./request-ledger.ts";
import { TargetCounters } from "./target-counters.ts";

/** Everything that is counted for one (service, port, role). */
export class PortCounters {
  readonly service: string;
  readonly port: number;
  readonly role: "service" | "gateway";
  readonly ledger = new RequestLedger();
  readonly latest = new LatestAnswers();
  readonly callers = new CallerWindow();
  policy: AppliedPolicy | null = null;
  inForce: SplitInForce | null = null;
  readonly #targets = new Map<string, TargetCounters>();

  constructor(service: string, port: number, role: "service" | "gateway") {
    this.service = service;
    this.port = port;
    this.role = role;
  }

  target(clusterKey: string): TargetCounters {
    let counters = this.#targets.get(clusterKey);
    if (counters === undefined) {
      counters = new TargetCounters(clusterKey);
      this.#targets.set(clusterKey, counters);
    }
    return counters;
  }

  /** Another policy is in force: what is counted since then begins anew. */
  onPolicyApplied(policy: AppliedPolicy | null): void {
    this.policy = policy;
    for (const target of this.#targets.values()) target.requestsSinceApplied = 0;
  }

  /** Tickets are drawn anew, by another effective split: so what is compared with it begins anew as well. */
  onSplitChanged(inForce: SplitInForce): void {
    this.inForce = inForce;
    for (const target of this.#targets.values()) {
      target.requestsSinceChange = 0;
      target.sessionsSinceChange = 0;
    }
  }

  toTelemetry(health: TargetHealth[], nowMs: number): ServicePortTelemetry {
    return {
      service: this.service,
      port: this.port,
      role: this.role,
      policy: this.policy,
      inForce: this.inForce,
      targets: [...this.#targets.values()].map((target) => target.toTelemetry()),
      health,
      ledger: this.ledger.toTelemetry(),
      callers: this.callers.count(nowMs),
      latest: this.latest.toTelemetry(),
    };
  }
}
