import type { GatewayRoute } from "../../snapshot.ts";
import { PortCounters } from "../../telemetry/port-counters.ts";
import { RetryBudget } from "../balance/retry-budget.ts";
import type { Route, RouteTarget } from "../forward/route.ts";
import { drawSession } from "../forward/session-cookie.ts";
import type { LocalTarget } from "./cluster-target.ts";
import { rewriteGatewayPath } from "./rewrite-gateway-path.ts";

/** The route of one export at the gateway: always this cluster's endpoints, never another cluster, so that nothing loops. */
export class GatewayExportRoute implements Route {
  readonly service: string;
  readonly counters: PortCounters;
  readonly budget: RetryBudget;
  readonly role = "gateway";
  readonly parting = false;
  #rule: GatewayRoute;
  #local: LocalTarget | null = null;

  readonly #random: () => number;

  constructor(rule: GatewayRoute, counters: PortCounters, nowMs: number, random: () => number) {
    this.service = rule.service;
    this.counters = counters;
    this.budget = new RetryBudget(nowMs);
    this.#rule = rule;
    this.#random = random;
  }

  update(rule: GatewayRoute, local: LocalTarget): void {
    this.#rule = rule;
    this.#local = local;
  }

  get rule(): GatewayRoute {
    return this.#rule;
  }

  get ready(): number {
    return this.#local?.group.destinations.length ?? 0;
  }

  get local(): LocalTarget | null {
    return this.#local;
  }

  choose(): RouteTarget | "no_local_endpoints" {
    if (this.#local === null || this.ready === 0) return "no_local_endpoints";
    this.#local.counters.onChosen(false);
    return this.#local;
  }

  get sticky(): boolean {
    return this.#rule.sticky;
  }

  chooseFor(): RouteTarget | "no_local_endpoints" {
    return this.choose();
  }

  /** There is one cluster here: any key leads to it. */
  drawSession(): string {
    return drawSession(this.#random);
  }

  elsewhere(): null {
    return null;
  }

  standIn(): null {
    return null;
  }

  requestTarget(target: string): string {
    return rewriteGatewayPath(this.#rule, target);
  }
}
