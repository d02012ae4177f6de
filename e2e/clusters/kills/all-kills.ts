import { far, type Kill, near, type Promised } from "./kill.ts";
import { coreDns, httpbin, kubeApiServer, leadingApi, processesOf, proxies, wholeCluster } from "./victims.ts";

/** How a connection to a process ends that is no more, and that nobody is there to connect to. */
const broken = /^error: (?:ECONNRESET|ECONNREFUSED|EPIPE|socket hang up)$/;
const late = /^error: no answer within/;
const unnamed = /^error: (?:EAI_AGAIN|ENOTFOUND|no answer within \d+ ms)$/;
const nothing: Promised = { lostMax: 0, told: /^$/ };

/** Longer than callers wait for an answer, so that what waits for a stopped process is lost. */
const longMs = 15_000;
/** Shorter than that. */
const shortMs = 5_000;

interface Aim {
  name: string;
  at: Kill["victims"];
  killed: Promised;
  stopped: Promised;
  stoppedMs: number;
  bypasses?: boolean;
}

const aims: readonly Aim[] = [
  {
    name: "a proxy",
    at: (ground) => processesOf(ground, near, proxies, 1),
    // In flight, and half of the new connections until it has left the slices.
    killed: { lostMax: 150, told: broken, unledgered: true },
    stopped: { lostMax: 400, told: late, unledgered: true },
    stoppedMs: longMs,
  },
  {
    name: "all proxies of the callers' cluster",
    at: (ground) => processesOf(ground, near, proxies),
    killed: { lostMax: 400, told: broken, unledgered: true },
    stopped: { lostMax: 1_200, told: late, unledgered: true },
    stoppedMs: longMs,
    bypasses: true,
  },
  { name: "the leading API server of Sluice", at: leadingApi, killed: nothing, stopped: nothing, stoppedMs: shortMs },
  { name: "kube-apiserver of the callers' cluster", at: (ground) => kubeApiServer(ground, near), killed: nothing, stopped: nothing, stoppedMs: shortMs },
  {
    name: "CoreDNS of the callers' cluster",
    at: (ground) => processesOf(ground, near, coreDns),
    // Whoever has to look up the service's name first.
    killed: { lostMax: 2_000, told: unnamed, unledgered: true },
    stopped: { lostMax: 2_000, told: unnamed, unledgered: true },
    stoppedMs: shortMs,
  },
  { name: "one of two pods of the service", at: (ground) => processesOf(ground, near, httpbin, 1), killed: nothing, stopped: nothing, stoppedMs: shortMs },
  { name: "the other cluster's gateway", at: (ground) => processesOf(ground, far, proxies), killed: nothing, stopped: nothing, stoppedMs: longMs },
  { name: "the whole other cluster", at: (ground) => wholeCluster(ground, far), killed: nothing, stopped: nothing, stoppedMs: longMs },
];

/** Each of the matrix: killed, then stopped for a while. */
export const allKills: readonly Kill[] = aims.flatMap(({ name, at, killed, stopped, stoppedMs, bypasses = false }) => [
  { name: `${name}: SIGKILL`, victims: at, bypasses, promise: killed },
  { name: `${name}: SIGSTOP for ${stoppedMs / 1_000} s`, victims: at, stoppedMs, bypasses, promise: stopped },
]);
