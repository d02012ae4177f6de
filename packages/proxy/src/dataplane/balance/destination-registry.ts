import { Destination } from "./destination.ts";

/** Destinations by key, kept over changes of the snapshot so that connections and ejections survive them. */
export class DestinationRegistry {
  readonly #known = new Map<string, Destination>();
  readonly #named = new Set<string>();

  /** An endpoint belongs to its service: its failures there say nothing about another service on the same address. */
  endpoint(service: string, ip: string, port: number): Destination {
    return this.#get(`${service} ${ip}:${port}`, ip, port, ip);
  }

  gateway(host: string, port: number, fallbackIp: string): Destination {
    const destination = this.#get(`gateway ${host}:${port}`, host, port, fallbackIp);
    destination.fallbackIp = fallbackIp;
    return destination;
  }

  /** Begins a change; `endChange` retires what was not asked for since. */
  beginChange(): void {
    this.#named.clear();
  }

  endChange(): void {
    for (const [key, destination] of this.#known) {
      if (this.#named.has(key)) continue;
      this.#known.delete(key);
      destination.retire();
    }
  }

  #get(key: string, host: string, port: number, fallbackIp: string): Destination {
    this.#named.add(key);
    let destination = this.#known.get(key);
    if (destination === undefined) {
      destination = new Destination(host, port, fallbackIp);
      this.#known.set(key, destination);
    }
    return destination;
  }
}
