import { get } from "node:http";
import type { PeerReport } from "@sluice/shared/telemetry/proxy-snapshot";

const everyMs = 1_000;
const answerMsMax = 1_000;
/** As 4-transparency: a proxy that can't be reached for so long leaves the slices. */
const unreachableMs = 3_000;
/** Each proxy asks the next ones in the order of addresses, so that each is asked by as many however many there are. */
const peersMax = 8;

export interface PeerProbesOptions {
  readonly ownAddress: string;
  /** Resolves when the peer answered. */
  readonly probe: (address: string) => Promise<void>;
  readonly now: () => number;
}

export interface PeerProbes {
  /** The proxies that stand in slices of any service; this one may be among them. */
  setPeers(addresses: readonly string[]): void;
  /** Of every peer that was asked at least once. */
  reports(): PeerReport[];
  stop(): void;
}

/** Asks up to 8 peers each second whether they are there; a peer is unreachable after 3 s without an answer. */
export function startPeerProbes({ ownAddress, probe, now }: PeerProbesOptions): PeerProbes {
  const answeredAtMs = new Map<string, number>();
  const asked = new Set<string>();
  const timer = setInterval(() => {
    for (const [address, since] of answeredAtMs) {
      void probe(address).then(
        () => seen(address, now()),
        () => seen(address, since),
      );
    }
  }, everyMs);
  timer.unref();

  function seen(address: string, atMs: number): void {
    const before = answeredAtMs.get(address);
    if (before === undefined) return;
    asked.add(address);
    answeredAtMs.set(address, Math.max(before, atMs));
  }

  return {
    setPeers(addresses) {
      const next = nextAfter(ownAddress, addresses);
      for (const address of answeredAtMs.keys()) {
        if (next.includes(address)) continue;
        answeredAtMs.delete(address);
        asked.delete(address);
      }
      // A newcomer is believed in for the first 3 s.
      for (const address of next) if (!answeredAtMs.has(address)) answeredAtMs.set(address, now());
    },
    reports: () => [...answeredAtMs].filter(([address]) => asked.has(address)).map(([address, atMs]) => ({ address, reachable: now() - atMs < unreachableMs })),
    stop: () => clearInterval(timer),
  };
}

/** GETs a peer's `/healthz`. Rejects when it is not answered with 200 within a second. */
export function probeHealth(address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    get({ host: address, port, path: "/healthz", agent: false, signal: AbortSignal.timeout(answerMsMax) }, (response) => {
      response.resume();
      if (response.statusCode === 200) resolve();
      else reject(new Error(`/healthz answered ${response.statusCode}`));
    }).on("error", reject);
  });
}

function nextAfter(own: string, addresses: readonly string[]): string[] {
  const others = [...new Set(addresses)].filter((address) => address !== own).toSorted();
  const at = others.findIndex((address) => address > own);
  const start = at < 0 ? 0 : at;
  return [...others.slice(start), ...others.slice(0, start)].slice(0, peersMax);
}
