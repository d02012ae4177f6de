import type { TargetCounters } from "../../telemetry/target-counters.ts";
import type { Destination } from "../balance/destination.ts";
import { EjectionState } from "../balance/ejection-state.ts";
import type { EndpointGroup } from "../balance/endpoint-group.ts";
import type { RouteTarget, WaitingRequest } from "../forward/route.ts";
import type { GatewayHealth } from "../health/gateway-health.ts";
import type { HealthBoard } from "../health/health-board.ts";

/** The own cluster's endpoints: each is ejected by itself, never more than half of them. */
export class LocalTarget implements RouteTarget {
  readonly clusterKey: string;
  readonly counters: TargetCounters;
  readonly group: EndpointGroup;
  readonly remotePath = null;
  readonly waiting = null;
  readonly #nowMs: () => number;

  constructor(clusterKey: string, counters: TargetCounters, group: EndpointGroup, nowMs: () => number) {
    this.clusterKey = clusterKey;
    this.counters = counters;
    this.group = group;
    this.#nowMs = nowMs;
  }

  onDialFailure(destination: Destination): void {
    if (destination.ejection.onDialFailure()) this.group.eject(destination, this.#nowMs());
  }

  onBadAnswer(destination: Destination): void {
    if (destination.ejection.onBadAnswer()) this.group.eject(destination, this.#nowMs());
  }

  onGoodAnswer(destination: Destination): void {
    destination.ejection.onGood();
  }
}

/** Another cluster: its gateway suffers for dial failures only, the pair of service and cluster for its own 5xx. */
export class RemoteTarget implements RouteTarget {
  readonly clusterKey: string;
  readonly counters: TargetCounters;
  readonly group: EndpointGroup;
  readonly remotePath: string;
  readonly waiting: Set<WaitingRequest>;
  readonly health: GatewayHealth;
  readonly ejection: EjectionState;
  readonly #board: HealthBoard;
  readonly #nowMs: () => number;

  constructor(
    clusterKey: string,
    counters: TargetCounters,
    group: EndpointGroup,
    remotePath: string,
    health: GatewayHealth,
    ejection: EjectionState,
    board: HealthBoard,
    nowMs: () => number,
  ) {
    this.clusterKey = clusterKey;
    this.counters = counters;
    this.group = group;
    this.remotePath = remotePath;
    this.health = health;
    this.waiting = health.waiting;
    this.ejection = ejection;
    this.#board = board;
    this.#nowMs = nowMs;
  }

  onDialFailure(): void {
    this.health.onFailure(this.#nowMs());
  }

  onBadAnswer(): void {
    if (!this.ejection.onBadAnswer() || this.ejection.ejected(this.#nowMs())) return;
    this.ejection.eject(this.#nowMs());
    this.#board.changed();
  }

  onGoodAnswer(): void {
    this.ejection.onGood();
  }
}
