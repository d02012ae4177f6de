import type { ServicePortTelemetry } from "@sluice/shared/telemetry/telemetry-frame";
import { drainBounds } from "../drain-bounds.ts";
import type { Snapshot } from "../snapshot.ts";
import { Runtime } from "./forward/runtime.ts";
import { GatewayProbes, type ProbeGateway } from "./health/gateway-probes.ts";
import { HealthBoard } from "./health/health-board.ts";
import { probeGateway } from "./health/probe-gateway.ts";
import { PortListener } from "./listeners/port-listener.ts";
import { ProtocolSwitch } from "./listeners/protocol-switch.ts";
import { type ListeningState, ServicePorts } from "./listeners/service-ports.ts";
import { RoutingTable } from "./routing/routing-table.ts";
import type { SocketLayer } from "./sockets/byte-socket.ts";
import { nodeSockets } from "./sockets/node-sockets.ts";

export interface DataplaneOptions {
  /** Address that service ports and the gateway listen on. */
  readonly address: string;
  /** 0: any free port. */
  readonly gatewayPort: number;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Epoch ms. */
  readonly now: () => number;
  /** Monotonic ms; `performance.now` unless given. */
  readonly monotonicNow?: () => number;
  readonly sockets?: SocketLayer;
  readonly probe?: ProbeGateway;
  /** Mean time between two probes of one gateway; 1 s unless given. */
  readonly probeIntervalMs?: number;
  /** Over how long a target that returns rises to its share; 30 s unless given, 0: at once. */
  readonly rampUpMs?: number;
  /** How long a service port that left the snapshot goes on listening; 5 s unless given. */
  readonly closeGraceMs?: number;
  /** Draining: after this, idle connections are ended; 5 s unless given. */
  readonly drainIdleMs?: number;
  /** Draining: after this, what is left is cut off; 15 s unless given. */
  readonly drainMsMax?: number;
}

export interface Dataplane {
  /**
   * Puts a snapshot in force for the next request; connections are not touched. `begins`: what was in force was a
   * stand-in from an earlier run, so that no target counts as returning.
   */
  apply(snapshot: Snapshot, begins?: boolean): void;
  /** Ends orderly: answers with `Connection: close`, ends idle connections last; resolves when none is left or the bound is reached. */
  drain(): Promise<void>;
  listening(): readonly ListeningState[];
  /** null while it does not listen. */
  gatewayPort(): number | null;
  /** Resolves when every listener of the newest snapshot, and the gateway, has been bound or has failed to. */
  settled(): Promise<void>;
  /** What is counted, with the health that this proxy sees. */
  telemetry(): ServicePortTelemetry[];
  /** Routes in force. */
  readonly table: RoutingTable;
  openConnections(): number;
  /** Closes everything at once. */
  stop(): void;
}

const sweepMs = 100;

/** Starts the gateway's listener, the probes and the one timer; service ports open as snapshots bring them. */
export function startDataplane(options: DataplaneOptions): Dataplane {
  const nowMs = options.monotonicNow ?? (() => performance.now());
  const board = new HealthBoard();
  const runtime = new Runtime(options.sockets ?? nodeSockets, nowMs);
  const { random, now: epochMs } = options;
  const probes = new GatewayProbes({ probe: options.probe ?? probeGateway, board, random, nowMs, intervalMs: options.probeIntervalMs ?? 1_000 });
  const table = new RoutingTable(probes, { random, nowMs, epochMs, board, rampUpMs: options.rampUpMs ?? 30_000 });
  const gateway = new PortListener(options.address, options.gatewayPort, runtime, (socket, onClosed) => new ProtocolSwitch(socket, { router: table.gateway, raw: () => null }, runtime, onClosed));
  const ports = new ServicePorts(options.address, options.closeGraceMs ?? 5_000, runtime, table);
  const opening = gateway.open();
  const sweeper = setInterval(() => runtime.sweep(), sweepMs).unref();
  const all = (): PortListener[] => [gateway, ...ports.listeners()];
  const stop = (): void => {
    clearInterval(sweeper);
    probes.stop();
    for (const listener of all()) {
      listener.close();
      listener.abortAll();
    }
    ports.stop();
    table.retire();
  };
  return {
    apply(snapshot, begins) {
      table.apply(snapshot, begins);
      ports.update();
    },
    async drain() {
      runtime.draining = true;
      await drained(all, nowMs, options.drainIdleMs ?? 5_000, options.drainMsMax ?? drainBounds.endMsMax);
      stop();
    },
    listening: () => ports.states(),
    gatewayPort: () => gateway.port,
    async settled() {
      await opening;
      await ports.settled();
    },
    telemetry: () => [
      ...[...table.services.values()].map(({ route }) => route.counters.toTelemetry(route.health(), nowMs())),
      ...[...table.exportCounters.values()].map((counters) => counters.toTelemetry([], nowMs())),
    ],
    table,
    openConnections: () => all().reduce((sum, listener) => sum + listener.openConnections, 0),
    stop,
  };
}

/** Resolves when no connection is left: idle ones are ended after `idleMs`, all after `msMax`. */
function drained(all: () => PortListener[], nowMs: () => number, idleMs: number, msMax: number): Promise<void> {
  const beganAtMs = nowMs();
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const elapsedMs = nowMs() - beganAtMs;
      const listeners = all();
      if (elapsedMs >= idleMs) for (const listener of listeners) listener.closeIdle();
      if (elapsedMs < msMax && listeners.some((listener) => listener.openConnections > 0)) return;
      clearInterval(timer);
      resolve();
    }, 20);
  });
}
