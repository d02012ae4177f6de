import { randomUUID } from "node:crypto";
import { networkInterfaces } from "node:os";
import type { Logger } from "pino";
import { startAdmin } from "./admin/start-admin.ts";
import type { SourceState } from "./config/config-source.ts";
import { startConfig } from "./config/start-config.ts";
import { startDataplane } from "./dataplane/start-dataplane.ts";
import type { CommandLine } from "./command-line.ts";
import { drainBounds } from "./drain-bounds.ts";
import { listenAddress } from "./listen-address.ts";
import { probeHealth, startPeerProbes } from "./peers/probe-peers.ts";
import type { Snapshot } from "./snapshot.ts";
import { describeSnapshot } from "./telemetry/describe-snapshot.ts";
import { TelemetrySource } from "./telemetry/telemetry-source.ts";

export interface RunningProxy {
  readonly adminPort: number;
  readonly gatewayPort: number | null;
  /** Serves on until no slice lists this proxy, then lets what is in flight end. */
  drain(): Promise<void>;
}

/** Starts the data plane and what feeds and shows it. Rejects when the admin port or the gateway's can't be bound. */
export async function runProxy(options: Extract<CommandLine, { program: "proxy" }>, logger: Logger): Promise<RunningProxy> {
  const { address, pod, configFolder, dataFolder, namespace } = options;
  const identity = { incarnation: randomUUID(), pod };
  const dataplane = startDataplane({ address: listenAddress(address, networkInterfaces()), gatewayPort: options.gatewayPort, random: Math.random, now: Date.now, rampUpMs: options.rampUpSeconds * 1_000 });
  let snapshot: Snapshot | undefined;
  let state: SourceState = { phase: "syncing" };
  let restored = false;
  let listed = false;
  let draining = false;

  // Every proxy of a member listens on the same ports, by the manifests.
  const peers = startPeerProbes({ ownAddress: address, now: Date.now, probe: (peer) => probeHealth(peer, options.adminPort) });
  const config = startConfig({
    source: configFolder === undefined ? { type: "kubernetes", namespace } : { type: "folder", folder: configFolder },
    dataFolder,
    address,
    onSnapshot: (next, { restoredAgeMs }) => {
      if (restoredAgeMs !== undefined) logger.warn({ restoredAgeMs }, "the configuration can't be read; starting from the last good snapshot");
      else if (snapshot === undefined) logger.info({ services: next.services.size, routes: next.gateway.length, clusterKey: next.clusterKey }, "configured");
      snapshot = next;
      dataplane.apply(next, restored);
      restored = restoredAgeMs !== undefined;
    },
    onState: (next) => {
      if (next.phase !== state.phase) logger.info({ state: next }, `configuration is ${next.phase}`);
      state = next;
    },
    onListed: (next) => (listed = next),
    onProxies: (addresses) => peers.setPeers(addresses),
    onProblem: (message) => logger.warn(message),
  });
  const telemetry = new TelemetrySource({
    ...identity,
    now: Date.now,
    clusterKey: () => snapshot?.clusterKey ?? "",
    ports: () => dataplane.telemetry(),
    connections: () => dataplane.openConnections(),
  });
  await dataplane.settled();
  const admin = await startAdmin({
    address,
    port: options.adminPort,
    notReady: () => {
      if (draining) return "it is draining";
      if (dataplane.gatewayPort() === null) return `the gateway's port ${options.gatewayPort} can't be bound on ${address}`;
      return snapshot === undefined ? `no configuration yet${state.phase === "syncing" && state.message !== undefined ? `: ${state.message}` : ""}` : null;
    },
    frame: () => telemetry.frame(),
    snapshot: () => ({ ...describeSnapshot(dataplane, identity), peers: peers.reports() }),
    gatewayRefused: () => dataplane.table.gateway.refused,
  });
  logger.info({ address, gatewayPort: dataplane.gatewayPort(), adminPort: admin.port }, "listening");

  return {
    adminPort: admin.port,
    gatewayPort: dataplane.gatewayPort(),
    drain: async () => {
      draining = true;
      if (configFolder === undefined) {
        await waitUntil(() => !listed, drainBounds.unlistMsMax);
        await new Promise((resolve) => setTimeout(resolve, drainBounds.propagationMs));
      }
      await dataplane.drain();
      peers.stop();
      admin.stop();
      await config.stop();
    },
  };
}

async function waitUntil(isTrue: () => boolean, msMax: number): Promise<void> {
  const endMs = performance.now() + msMax;
  while (!isTrue() && performance.now() < endMs) await new Promise((resolve) => setTimeout(resolve, 50));
}
