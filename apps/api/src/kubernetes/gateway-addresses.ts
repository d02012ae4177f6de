import { lookup } from "node:dns/promises";
import { isIP } from "node:net";

const freshMs = 30_000;
const hostCountMax = 1_000;

/** Addresses of gateways, resolved in the background; the last good answer serves while a name can't be resolved. */
export class GatewayAddresses {
  readonly #answers = new Map<string, { ip: string; askedAtMs: number }>();
  readonly #now: () => number;
  readonly #resolve: (host: string) => Promise<string>;

  constructor(now: () => number, resolve: (host: string) => Promise<string> = async (host) => (await lookup(host)).address) {
    this.#now = now;
    this.#resolve = resolve;
  }

  /** The last good answer; "" when there was none. */
  get(host: string): string {
    return isIP(host) === 0 ? (this.#answers.get(host)?.ip ?? "") : host;
  }

  /** Asks for the hosts whose answers are old. Never throws. */
  async refresh(hosts: readonly string[]): Promise<void> {
    const due = [...new Set(hosts)].filter((host) => isIP(host) === 0 && this.#now() - (this.#answers.get(host)?.askedAtMs ?? -Infinity) >= freshMs);
    await Promise.all(
      due.slice(0, hostCountMax).map(async (host) => {
        const ip = await this.#resolve(host).catch(() => this.#answers.get(host)?.ip ?? "");
        this.#answers.set(host, { ip, askedAtMs: this.#now() });
      }),
    );
    for (const host of this.#answers.keys()) if (!hosts.includes(host)) this.#answers.delete(host);
  }
}
