import type { Snapshot } from "../src/snapshot.ts";
import { startDataplane } from "../src/dataplane/start-dataplane.ts";

/** The data plane with one service that is split 100:10 between two local endpoints' ports. Argument: the backend's port. */
const backend = Number(process.argv[2]);
const own = "bench/bench/bench/own";
const other = "bench/bench/bench/other";
const dataplane = startDataplane({ address: "127.0.0.1", gatewayPort: 0, random: Math.random, now: Date.now });
const targets = [{ clusterKey: other, weight: 10 }, { clusterKey: own, weight: 100 }];
const snapshot: Snapshot = {
  clusterKey: own,
  compiledAtMs: Date.now(),
  gateway: [],
  services: new Map([
    [
      "bench/web",
      {
        key: "bench/web",
        uid: "bench",
        policy: null,
        ports: [
          {
            port: 80,
            listenPort: 0,
            protocol: "http",
            passLocal: false,
            requested: { mode: "ActiveActive", targets },
            local: { endpoints: [{ ip: "127.0.0.1", port: backend, pod: "backend" }] },
            remotes: [{ clusterKey: other, host: "127.0.0.1", ip: "127.0.0.1", port: backend, path: "/other/web" }],
            sticky: false,
            loadBalancer: "RoundRobinLoadBalancer",
          },
        ],
      },
    ],
  ]),
};
dataplane.apply(snapshot);
await dataplane.settled();
process.stdout.write(`${dataplane.listening()[0]?.boundPort}\n`);
