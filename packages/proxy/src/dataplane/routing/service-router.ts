import type { Route, Router } from "../forward/route.ts";
import type { ServiceRoute } from "./service-route.ts";

/** A service port has one route: the port alone says which service is meant. */
export class ServiceRouter implements Router {
  readonly scan = { dropForwarded: false, response: false };
  readonly #route: ServiceRoute;

  constructor(route: ServiceRoute) {
    this.#route = route;
  }

  route(): Route {
    return this.#route;
  }

  onRefused(rule: string): void {
    this.#route.counters.ledger.onRefused(rule);
  }
}
