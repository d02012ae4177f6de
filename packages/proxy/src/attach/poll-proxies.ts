import { isDeepStrictEqual } from "node:util";
import { judgeReachability } from "@sluice/shared/attachment/judge-reachability";
import type { ProxySnapshot, ProxySnapshotService } from "@sluice/shared/telemetry/proxy-snapshot";

const slowMs = 2_000;
const fastMs = 100;
/** How long after a change the proxies are asked often. */
const fastForMs = 5_000;
/** As 4-transparency: a proxy that can't be reached for so long leaves the slices. */
const unreachableMs = 3_000;

export interface PolledProxy {
  readonly uid: string;
  readonly ip: string;
}

export interface ProxyPollerOptions {
  /** The proxies there are now. */
  proxies: () => readonly PolledProxy[];
  fetchSnapshot: (proxy: PolledProxy) => Promise<ProxySnapshot>;
  /** Services whose state in some proxy changed ("namespace/name"); "all" when a proxy came, went, or can't be reached any more. */
  onChange: (services: readonly string[] | "all") => void;
  now?: () => number;
}

export interface ProxyPoller {
  /** Something was changed that proxies will take up: ask often for a while. */
  hurry(): void;
  service(proxyUid: string, service: string): ProxySnapshotService | undefined;
  /** By the majority of its peers, which ask each other; where they don't tell, false after 3 s without an answer to us. */
  isReachable(proxyUid: string): boolean;
  /** Open connections on a listen port, over all proxies. */
  openConnections(listenPort: number): number;
  stop(): void;
}

interface Known {
  readonly ip: string;
  /** What this proxy said of its peers, by address. */
  readonly peers: ReadonlyMap<string, boolean>;
  services: ReadonlyMap<string, ProxySnapshotService>;
  answeredAtMs: number;
  reachable: boolean;
}

/** Asks every proxy for its snapshot: each 2 s, and each 100 ms while something is under way. One round at a time. */
export function startProxyPoller(options: ProxyPollerOptions): ProxyPoller {
  const { proxies, fetchSnapshot, onChange } = options;
  const now = options.now ?? Date.now;
  const known = new Map<string, Known>();
  let judged: ReadonlyMap<string, boolean> = new Map();
  let fastUntilMs = 0;
  let timer: NodeJS.Timeout | undefined;
  let polling = false;
  let stopped = false;

  async function poll(): Promise<void> {
    polling = true;
    const current = proxies();
    const changed = new Set<string>();
    const gone = [...known.keys()].filter((uid) => !current.some((proxy) => proxy.uid === uid));
    for (const uid of gone) known.delete(uid);
    let all = gone.length > 0;
    await Promise.all(
      current.map(async (proxy) => {
        const before = known.get(proxy.uid);
        const answer = await fetchSnapshot(proxy).catch(() => undefined);
        if (answer === undefined) {
          const answeredAtMs = before?.answeredAtMs ?? now();
          const reachable = now() - answeredAtMs < unreachableMs && before?.reachable === true;
          if (before?.reachable === true && !reachable) all = true;
          known.set(proxy.uid, { ip: proxy.ip, peers: before?.peers ?? new Map(), services: before?.services ?? new Map(), answeredAtMs, reachable });
          return;
        }
        const services = new Map(answer.services.map((service) => [service.service, service]));
        if (before?.reachable !== true) all = true;
        for (const key of new Set([...services.keys(), ...(before?.services.keys() ?? [])])) {
          if (!isSame(services.get(key), before?.services.get(key))) changed.add(key);
        }
        const peers = new Map((answer.peers ?? []).map(({ address, reachable }) => [address, reachable]));
        known.set(proxy.uid, { ip: proxy.ip, peers, services, answeredAtMs: now(), reachable: true });
      }),
    );
    const judgedNow = judgeAll(known, now());
    if (!isDeepStrictEqual(judgedNow, judged)) all = true;
    judged = judgedNow;
    polling = false;
    if (stopped) return;
    schedule();
    if (all) onChange("all");
    else if (changed.size > 0) onChange([...changed]);
  }

  function schedule(): void {
    if (stopped || polling) return;
    clearTimeout(timer);
    timer = setTimeout(() => void poll(), now() < fastUntilMs ? fastMs : slowMs);
  }

  void poll();
  return {
    hurry: () => {
      const slow = now() >= fastUntilMs;
      fastUntilMs = now() + fastForMs;
      if (slow) schedule();
    },
    service: (proxyUid, service) => known.get(proxyUid)?.services.get(service),
    isReachable: (proxyUid) => judged.get(proxyUid) ?? false,
    openConnections: (listenPort) => {
      const ports = [...known.values()].flatMap(({ services }) => [...services.values()].flatMap((service) => service.ports));
      return ports.reduce((open, port) => (port.listenPort === listenPort ? open + port.openConnections : open), 0);
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** By uid. A peer that does not answer any more itself has no say. */
function judgeAll(known: ReadonlyMap<string, Known>, nowMs: number): Map<string, boolean> {
  const asked = [...known.values()].filter((peer) => peer.reachable && nowMs - peer.answeredAtMs < unreachableMs);
  return new Map([...known].map(([uid, { ip, reachable }]) => [uid, judgeReachability({ polled: reachable, peers: asked.flatMap(({ peers }) => peers.get(ip) ?? []) })]));
}

/** How many connections are open or in use matters only when the last one closes or the first one comes. */
function isSame(a: ProxySnapshotService | undefined, b: ProxySnapshotService | undefined): boolean {
  const settled = (service: ProxySnapshotService | undefined) =>
    service === undefined ? undefined : { ...service, ports: service.ports.map((port) => ({ ...port, openConnections: Math.min(port.openConnections, 1), busyConnections: Math.min(port.busyConnections ?? port.openConnections, 1) })) };
  return isDeepStrictEqual(settled(a), settled(b));
}
