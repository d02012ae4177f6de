"use client";

import type { LiveFrame } from "@sluice/api/views/live-view";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { LiveConnection } from "./live-connection.ts";
import { emptyLiveState, liveHealth, type LiveHealth, type LiveSeed, type LiveState, seeded } from "./live-state.ts";
import { useTRPCClient } from "./trpc.ts";

const LiveContext = createContext<LiveConnection | null>(null);
const SeedContext = createContext<LiveSeed | null>(null);

/** Opens this tab's live stream while the tab is seen. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useTRPCClient();
  const [connection] = useState(
    () =>
      new LiveConnection((input, handlers) =>
        client.live.watch.subscribe(input, {
          context: { onFailure: handlers.onDown },
          // tRPC's serialised type makes `unknown` optional; JSON keeps null, which is all that the server sends there.
          onData: (event) => handlers.onData(event.id, event.data as LiveFrame),
          onConnectionStateChange: (state) => {
            if (state.state === "connecting" && state.error !== null) handlers.onDown();
            // "pending" means connected and waiting for the next event.
            if (state.state === "pending") handlers.onUp();
          },
          onError: () => handlers.onDown(),
          onComplete: handlers.onEnd,
        }),
      ),
  );
  useEffect(() => {
    const follow = () => connection.show(document.visibilityState === "visible");
    follow();
    document.addEventListener("visibilitychange", follow);
    return () => {
      document.removeEventListener("visibilitychange", follow);
      connection.show(false);
    };
  }, [connection]);
  return <LiveContext value={connection}>{children}</LiveContext>;
}

function useConnection(): LiveConnection {
  const connection = useContext(LiveContext);
  if (connection === null) throw new Error("LiveProvider is missing");
  return connection;
}

/** Pages inside show figures from the first paint on: those of the server until the stream's are here. */
export function LiveSeedProvider({ seed, children }: { seed: LiveSeed | null; children: ReactNode }) {
  return <SeedContext value={seed}>{children}</SeedContext>;
}

/** The clusters of the page's seed; none outside of a seeded page. */
export function useSeedClusters(): LiveSeed["clusters"] | undefined {
  return useContext(SeedContext)?.clusters;
}

export function useLive(): LiveState {
  const connection = useConnection();
  const seed = useContext(SeedContext);
  const state = useSyncExternalStore(connection.subscribe, connection.state, () => emptyLiveState);
  return useMemo(() => seeded(state, seed), [state, seed]);
}

/** Adds a service to the tab's stream while the caller is mounted, and gives what is known of it. */
export function useLiveService(service: string) {
  const connection = useConnection();
  useEffect(() => connection.watch(service), [connection, service]);
  return useLive().services[service] ?? null;
}

/** The receiver's clock in whole seconds; 0 while rendering on the server. */
export function useNow(): number {
  const [nowMs, setNowMs] = useState(0);
  useEffect(() => {
    const tick = () => setNowMs(Date.now());
    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}

export function useLiveHealth(): LiveHealth {
  const state = useLive();
  const nowMs = useNow();
  return nowMs === 0 ? { kind: "connecting" } : liveHealth(state, nowMs);
}
