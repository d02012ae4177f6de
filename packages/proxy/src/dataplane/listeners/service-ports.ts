import type { PortPart } from "../../snapshot.ts";
import type { Runtime } from "../forward/runtime.ts";
import type { RoutingTable, TableEntry } from "../routing/routing-table.ts";
import { ServiceRouter } from "../routing/service-router.ts";
import { PortListener } from "./port-listener.ts";
import { ProtocolSwitch } from "./protocol-switch.ts";
import { TcpTunnel } from "./tcp-tunnel.ts";

/** State of one service port's listener. */
export interface ListeningState {
  readonly service: string;
  readonly port: number;
  readonly listenPort: number | null;
  /** The port that is really bound, which differs from `listenPort` only where that is 0. */
  readonly boundPort: number | null;
  readonly listening: boolean;
  readonly openConnections: number;
  readonly busyConnections: number;
  readonly error: string | null;
}

/** The listeners of service ports, kept equal to the routing table. */
export class ServicePorts {
  readonly #address: string;
  readonly #closeGraceMs: number;
  readonly #runtime: Runtime;
  readonly #table: RoutingTable;
  /** By "uid:port:listenPort:protocol": a bound listener never changes its service. */
  readonly #open = new Map<string, PortListener>();
  readonly #departed = new Set<PortListener>();
  readonly #leaving = new Map<string, NodeJS.Timeout>();
  #opening: Promise<void>[] = [];

  constructor(address: string, closeGraceMs: number, runtime: Runtime, table: RoutingTable) {
    this.#address = address;
    this.#closeGraceMs = closeGraceMs;
    this.#runtime = runtime;
    this.#table = table;
  }

  update(): void {
    const wanted = new Set<string>();
    for (const entry of this.#table.services.values()) {
      if (entry.part.listenPort === null) continue;
      const key = keyOf(entry);
      wanted.add(key);
      const leaving = this.#leaving.get(key);
      clearTimeout(leaving);
      this.#leaving.delete(key);
      if (!this.#open.has(key)) this.#listen(key, entry, entry.part.listenPort);
    }
    for (const [key, listener] of this.#open) if (!wanted.has(key) && !this.#leaving.has(key)) this.#leave(key, listener);
  }

  /** Also those that are closed but still have connections. */
  listeners(): PortListener[] {
    for (const listener of this.#departed) if (listener.openConnections === 0) this.#departed.delete(listener);
    return [...this.#open.values(), ...this.#departed];
  }

  states(): ListeningState[] {
    return [...this.#table.services.values()].map((entry) => {
      const listener = this.#open.get(keyOf(entry));
      const { part, route } = entry;
      return {
        service: route.service,
        port: part.port,
        listenPort: part.listenPort,
        boundPort: listener?.port ?? null,
        listening: listener?.listening ?? false,
        openConnections: listener?.openConnections ?? 0,
        busyConnections: listener?.busyConnections ?? 0,
        error: listener?.error?.message ?? null,
      };
    });
  }

  async settled(): Promise<void> {
    await Promise.all(this.#opening);
  }

  stop(): void {
    for (const timer of this.#leaving.values()) clearTimeout(timer);
    this.#leaving.clear();
    this.#open.clear();
    this.#departed.clear();
  }

  #listen(key: string, { part, route }: TableEntry, listenPort: number): void {
    const router = new ServiceRouter(route);
    const runtime = this.#runtime;
    const protocols = { router, raw: () => route.local };
    const listener = new PortListener(this.#address, listenPort, runtime, (socket, onClosed) => {
      if (part.protocol === "http") return new ProtocolSwitch(socket, protocols, runtime, onClosed);
      const tunnel: TcpTunnel = new TcpTunnel(socket, null, route.local, runtime, () => onClosed(tunnel));
      return tunnel;
    });
    this.#open.set(key, listener);
    const opening = listener.open();
    this.#opening.push(opening);
    void opening.finally(() => (this.#opening = this.#opening.filter((other) => other !== opening)));
  }

  /** A port that left the snapshot serves on for the grace time: callers may not have heard of it yet. */
  #leave(key: string, listener: PortListener): void {
    const timer = setTimeout(() => {
      this.#leaving.delete(key);
      this.#open.delete(key);
      this.#departed.add(listener);
      listener.close();
      listener.closeIdle();
    }, this.#closeGraceMs);
    this.#leaving.set(key, timer.unref());
  }
}

function keyOf({ service, part }: { service: TableEntry["service"]; part: PortPart }): string {
  return `${service.uid}:${part.port}:${part.listenPort}:${part.protocol}`;
}
