import { rendezvousHash } from "@sluice/shared/split/weighted-rendezvous";
import type { PortPart } from "../../snapshot.ts";
import type { Destination } from "./destination.ts";

type Algorithm = PortPart["loadBalancer"];

/** The endpoints of a service in one cluster, and the choice among them. */
export class EndpointGroup {
  readonly destinations: readonly Destination[];
  readonly #algorithm: Algorithm;
  #cursor: number;

  constructor(destinations: readonly Destination[], algorithm: Algorithm, cursor: number) {
    this.destinations = destinations;
    this.#algorithm = algorithm;
    this.#cursor = cursor;
  }

  get cursor(): number {
    return this.#cursor;
  }

  /**
   * The next endpoint that was not tried and is not ejected; an ejected one only if nothing else is left. A session's
   * key decides over the algorithm.
   */
  pick(tried: readonly Destination[], caller: string, nowMs: number, session: string | null = null): Destination | null {
    if (session !== null) return this.#hashed(tried, session, nowMs);
    switch (this.#algorithm) {
      case "RoundRobinLoadBalancer":
        return this.#next(tried, nowMs);
      case "LeastWorkLoadBalancer":
        return this.#least(tried, nowMs, (destination) => destination.inFlight) ?? this.#next(tried, nowMs);
      case "HashingLoadBalancer":
        return this.#hashed(tried, caller, nowMs);
    }
  }

  /** Rendezvous hashing (Thaler and Ravishankar 1998): a caller keeps its endpoint while that endpoint exists. */
  #hashed(tried: readonly Destination[], key: string, nowMs: number): Destination | null {
    return this.#least(tried, nowMs, ({ host, port }) => rendezvousHash(`${host}:${port}`, key)) ?? this.#next(tried, nowMs);
  }

  /** Ejects `destination` unless that would leave half of the group or less; returns whether it did. */
  eject(destination: Destination, nowMs: number): boolean {
    let out = 0;
    for (const other of this.destinations) if (other.ejection.ejected(nowMs)) out++;
    if (destination.ejection.ejected(nowMs) || (out + 1) * 2 > this.destinations.length) return false;
    destination.ejection.eject(nowMs);
    return true;
  }

  #next(tried: readonly Destination[], nowMs: number): Destination | null {
    const { length } = this.destinations;
    let lastResort: Destination | null = null;
    for (let step = 0; step < length; step++) {
      this.#cursor = this.#cursor + 1 >= length ? 0 : this.#cursor + 1;
      const destination = this.destinations[this.#cursor] as Destination;
      if (tried.includes(destination)) continue;
      if (!destination.ejection.ejected(nowMs)) return destination;
      lastResort ??= destination;
    }
    return lastResort;
  }

  #least(tried: readonly Destination[], nowMs: number, cost: (destination: Destination) => number): Destination | null {
    let best: Destination | null = null;
    let bestCost = Number.POSITIVE_INFINITY;
    const { length } = this.destinations;
    // Begins after the last choice, so that equal costs take turns.
    for (let step = 1; step <= length; step++) {
      const index = (this.#cursor + step) % length;
      const destination = this.destinations[index] as Destination;
      if (tried.includes(destination) || destination.ejection.ejected(nowMs)) continue;
      const own = cost(destination);
      if (own < bestCost) {
        best = destination;
        bestCost = own;
      }
    }
    if (best !== null) this.#cursor = this.destinations.indexOf(best);
    return best;
  }
}
