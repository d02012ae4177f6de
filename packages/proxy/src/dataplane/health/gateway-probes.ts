import type { RemoteGroup } from "../../snapshot.ts";
import { GatewayHealth, type ProbedExports } from "./gateway-health.ts";
import type { HealthBoard } from "./health-board.ts";

export type GatewayAddress = Pick<RemoteGroup, "clusterKey" | "host" | "ip" | "port">;

/** Asks one gateway for its exports. Rejects when it cannot be reached; null when it is not a gateway of ours. */
export type ProbeGateway = (gateway: GatewayAddress) => Promise<ProbedExports | null>;

export interface GatewayProbesDeps {
  readonly probe: ProbeGateway;
  readonly board: HealthBoard;
  readonly random: () => number;
  readonly nowMs: () => number;
  /** Mean time between two probes of one gateway. */
  readonly intervalMs: number;
}

interface Probed {
  address: GatewayAddress;
  readonly health: GatewayHealth;
  timer: NodeJS.Timeout | null;
}

/** Probes every gateway that some split names, one probe at a time for each, about once a second with jitter. */
export class GatewayProbes {
  readonly #deps: GatewayProbesDeps;
  readonly #probed = new Map<string, Probed>();
  readonly #named = new Set<string>();
  #stopped = false;

  constructor(deps: GatewayProbesDeps) {
    this.#deps = deps;
  }

  beginChange(): void {
    this.#named.clear();
  }

  endChange(): void {
    for (const [key, probed] of this.#probed) {
      if (this.#named.has(key)) continue;
      this.#probed.delete(key);
      if (probed.timer !== null) clearTimeout(probed.timer);
    }
  }

  /** Health of a gateway; begins to probe it if nobody asked before. */
  of(address: GatewayAddress): GatewayHealth {
    const key = `${address.clusterKey} ${address.host}:${address.port}`;
    this.#named.add(key);
    let probed = this.#probed.get(key);
    if (probed === undefined) {
      probed = { address, health: new GatewayHealth(this.#deps.board), timer: null };
      this.#probed.set(key, probed);
      this.#schedule(key, probed, 0);
    }
    probed.address = address;
    return probed.health;
  }

  stop(): void {
    this.#stopped = true;
    for (const { timer } of this.#probed.values()) if (timer !== null) clearTimeout(timer);
    this.#probed.clear();
  }

  #schedule(key: string, probed: Probed, delayMs: number): void {
    if (this.#stopped || this.#probed.get(key) !== probed) return;
    probed.timer = setTimeout(() => void this.#probe(key, probed), delayMs);
    probed.timer.unref();
  }

  async #probe(key: string, probed: Probed): Promise<void> {
    const { probe, nowMs, random, intervalMs } = this.#deps;
    try {
      const answer = await probe(probed.address);
      // Some other cluster answers at this address: sending requests there would be wrong.
      if (answer !== null && answer.clusterKey !== null && answer.clusterKey !== probed.address.clusterKey) probed.health.onFailure(nowMs());
      else probed.health.onAnswer(answer, nowMs());
    } catch {
      probed.health.onFailure(nowMs());
    }
    this.#schedule(key, probed, intervalMs * (0.8 + 0.4 * random()));
  }
}
