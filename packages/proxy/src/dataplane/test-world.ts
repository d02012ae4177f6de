import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import type { AddressInfo } from "node:net";
import type { RequestedSplit } from "@sluice/shared/split/split";
import type { ServicePortTelemetry } from "@sluice/shared/telemetry/telemetry-frame";
import { ledgerBalances } from "../telemetry/ledger-balances.ts";
import type { GatewayRoute, LocalEndpoint, PortPart, RemoteGroup, Snapshot } from "../snapshot.ts";
import { RawClient } from "./raw-client.ts";
import { type Dataplane, type DataplaneOptions, startDataplane } from "./start-dataplane.ts";

export interface WorldParts {
  /** Weights of ActiveActive by cluster name; `requested` instead for other modes. */
  targets?: [string, number][];
  requested?: RequestedSplit;
  local?: LocalEndpoint[];
  remotes?: RemoteGroup[];
  gateway?: GatewayRoute[];
  generation?: number;
  passLocal?: boolean;
  protocol?: "http" | "tcp";
  sticky?: boolean;
}

/** For tests: a data plane with one service `shop/web`, and servers that stand for endpoints and other gateways. */
export class TestWorld {
  readonly dataplane: Dataplane;
  readonly #sockets = new Set<net.Socket>();
  readonly #servers: (http.Server | net.Server)[] = [];

  constructor(options: Partial<DataplaneOptions> = {}) {
    let seed = 42;
    const random = (): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return seed / 2 ** 32;
    };
    this.dataplane = startDataplane({ address: "127.0.0.1", gatewayPort: 0, random, now: () => 1_700_000_000_000, ...options });
  }

  /** An endpoint that answers "<name> <method> <url>" unless `answer` does something else. */
  async backend(name: string, answer?: http.RequestListener): Promise<LocalEndpoint> {
    const server = http.createServer(answer ?? ((request, response) => void request.resume().on("end", () => response.end(`${name} ${request.method} ${request.url}`))));
    return { ip: "127.0.0.1", port: await this.listen(server), pod: name };
  }

  /** An endpoint without HTTP: `onConnection` does what it likes. */
  async rawBackend(name: string, onConnection: (socket: net.Socket) => void, options: net.ServerOpts = {}): Promise<LocalEndpoint> {
    const server = net.createServer(options, (socket) => {
      this.#sockets.add(socket.on("close", () => this.#sockets.delete(socket)).on("error", () => {}));
      onConnection(socket);
    });
    return { ip: "127.0.0.1", port: await this.listen(server), pod: name };
  }

  /** Resets all connections that endpoint `port` has accepted. */
  resetSockets(port: number): void {
    for (const socket of this.#sockets) if (socket.localPort === port) socket.resetAndDestroy();
  }

  /** An address where nobody listens, nor will: it is the port from which a connection was made that lasts as long as the world. */
  async deadEndpoint(name: string): Promise<LocalEndpoint> {
    const { port: listening } = await this.rawBackend(name, () => {});
    const socket = net.connect(listening, "127.0.0.1");
    this.#sockets.add(socket);
    await once(socket, "connect");
    return { ip: "127.0.0.1", port: socket.localPort as number, pod: name };
  }

  /** A connection to the service's port. */
  async connect(port?: number): Promise<RawClient> {
    const client = new RawClient(port ?? (await this.port()));
    this.#sockets.add(client.socket);
    return client;
  }

  /** Telemetry of the service. */
  telemetry(): ServicePortTelemetry {
    return this.dataplane.telemetry()[0] as ServicePortTelemetry;
  }

  /** Resolves when `condition` holds. */
  async until(condition: () => boolean): Promise<void> {
    for (let round = 0; !condition(); round++) {
      if (round > 2_000) throw new Error("the condition did not come true");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async gateway(name: string, path: string, answer?: http.RequestListener): Promise<RemoteGroup> {
    const { port } = await this.backend(name, answer);
    return { clusterKey: clusterKey(name), host: "127.0.0.1", ip: "127.0.0.1", port, path };
  }

  /** Starts `server` on a free port; it is closed with the world. */
  async listen(server: http.Server | net.Server): Promise<number> {
    this.#servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  }

  checkLedgers(): void {
    for (const { ledger } of this.dataplane.telemetry()) assert(ledgerBalances(ledger), `the ledger does not balance: ${JSON.stringify(ledger)}`);
  }

  apply(parts: WorldParts, begins = false): void {
    this.dataplane.apply(snapshotOf(parts), begins);
  }

  /** Port of the service `shop/web`. */
  async port(): Promise<number> {
    await this.dataplane.settled();
    return this.dataplane.listening()[0]?.boundPort as number;
  }

  async get(port: number, path: string, options: http.RequestOptions = {}, body?: string): Promise<{ status: number; body: string; headers: http.IncomingHttpHeaders }> {
    return new Promise((resolve, reject) => {
      const request = http.request({ host: "127.0.0.1", port, path, agent: false, ...options }, (response) => {
        let text = "";
        response.setEncoding("latin1").on("data", (piece: string) => (text += piece));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }));
        response.on("error", reject);
      });
      request.on("error", reject).end(body);
    });
  }

  /** Closes everything; every request must be accounted for, at the end and before. */
  stop(): void {
    this.checkLedgers();
    this.dataplane.stop();
    this.checkLedgers();
    const settled = this.dataplane.telemetry().every(({ ledger, targets }) => ledger.inFlight === 0 && targets.every(({ inFlight, openTunnels }) => inFlight === 0 && openTunnels === 0));
    assert(settled, "a request is in flight, or a tunnel open, in a stopped data plane");
    for (const socket of this.#sockets) socket.destroy();
    for (const server of this.#servers) {
      server.close();
      if ("closeAllConnections" in server) server.closeAllConnections();
    }
  }
}

/** Parts of a gateway's route to `shop/web` at `path`. */
export function exportAt(path: string, endpoints: LocalEndpoint[], more: Partial<GatewayRoute> = {}): GatewayRoute {
  return { service: "shop/web", port: 8080, path, pathType: "Prefix", pathRewrite: null, serviceAccountName: "*", sticky: false, loadBalancer: "RoundRobinLoadBalancer", local: { endpoints }, ...more };
}

export function clusterKey(name: string): string {
  return `r/z/g/${name}`;
}

function snapshotOf(parts: WorldParts): Snapshot {
  const targets = (parts.targets ?? [["own", 100]]).map(([name, weight]) => ({ clusterKey: clusterKey(name), weight }));
  const port: PortPart = {
    port: 8080,
    listenPort: 0,
    protocol: parts.protocol ?? "http",
    passLocal: parts.passLocal ?? false,
    requested: parts.requested ?? { mode: "ActiveActive", targets },
    local: { endpoints: parts.local ?? [] },
    remotes: parts.remotes ?? [],
    sticky: parts.sticky ?? false,
    loadBalancer: "RoundRobinLoadBalancer",
  };
  const policy = { uid: "policy", generation: parts.generation ?? 1, splitHash: JSON.stringify(port.requested) };
  return {
    clusterKey: clusterKey("own"),
    compiledAtMs: 0,
    services: new Map([["shop/web", { key: "shop/web", uid: "uid-web", policy, ports: [port] }]]),
    gateway: parts.gateway ?? [],
  };
}
