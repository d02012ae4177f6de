import type { KubernetesClient } from "@sluice/kubernetes/client";
import type { Pod } from "@sluice/kubernetes/kinds";
import { afterEach, expect, it, vi } from "vitest";
import type { MemberConnection } from "../kubernetes/member-connection.ts";
import type { Member } from "../kubernetes/member-directory.ts";
import { makeFrame, makeTarget } from "../testing/make-frame.ts";
import { keyFor } from "../testing/make-world.ts";
import { TelemetryReaders } from "./telemetry-readers.ts";
import { TelemetryState } from "./telemetry-state.ts";

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});

interface PodSketch {
  namespace?: string;
  app?: string;
  phase?: string;
}

const podOf = (name: string, { namespace = "sluice-system", app = "sluice-proxy", phase = "Running" }: PodSketch = {}): Pod => ({ apiVersion: "v1", kind: "Pod", metadata: { namespace, name, labels: { "app.kubernetes.io/name": app } }, spec: { containers: [] }, status: { phase } });

/** A member whose pods each tell one frame and then nothing, until they are not asked any more. */
function memberOf(name: string, pods: Pod[]) {
  const open = new Set<string>();
  const opened: string[] = [];
  const client = {
    podProxy: (ref: { name: string }, { signal }: { signal: AbortSignal }) => {
      open.add(ref.name);
      opened.push(ref.name);
      signal.addEventListener("abort", () => open.delete(ref.name), { once: true });
      return Promise.resolve({ body: bodyOf(signal) });
    },
  } as unknown as KubernetesClient;
  const connect = () => ({ client, caches: { pods: { list: () => [...pods] } } }) as unknown as MemberConnection;
  const member: { -readonly [Key in keyof Member]: Member[Key] } = { key: keyFor(name), connection: connect(), cluster: {} as Member["cluster"], failure: undefined };
  return { member, open: () => [...open].toSorted(), opened, reconnect: () => (member.connection = connect()) };
}

async function* bodyOf(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(`${JSON.stringify(makeFrame([makeTarget("own")]))}\n`);
  await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true }));
}

function readersOf(members: Member[]) {
  const state = new TelemetryState(0);
  let frames = 0;
  const readers = new TelemetryReaders({ members: () => members, state, now: () => 7, onError: () => undefined, onFrame: () => (frames += 1), intervalMs: 250 });
  endings.push(() => readers.stop());
  const heard = (name: string) => state.proxies(keyFor(name)).map(({ pod, receivedAtMs }) => `${pod} ${receivedAtMs}`).toSorted();
  return { readers, heard, frames: () => frames };
}

it("hears every running proxy of every member, by the receiver's clock, and no other pod", async () => {
  const a = memberOf("a", [podOf("p1"), podOf("p2"), podOf("attach", { app: "sluice-attach" }), podOf("pending", { phase: "Pending" }), podOf("foreign", { namespace: "shop" })]);
  const b = memberOf("b", [podOf("p1")]);
  const away: Member = { ...memberOf("c", [podOf("p1")]).member, connection: undefined };
  const { readers, heard, frames } = readersOf([a.member, b.member, away]);
  readers.sync();
  readers.sync();
  await vi.waitFor(() => expect([heard("a"), heard("b"), heard("c")]).toEqual([["p1 7", "p2 7"], ["p1 7"], []]));
  expect([a.opened.toSorted(), b.opened, frames()]).toEqual([["p1", "p2"], ["p1"], 3]);
});

it("forgets a proxy that is gone, and hears the one that came in its place", async () => {
  const pods = [podOf("p1"), podOf("p2")];
  const a = memberOf("a", pods);
  const { readers, heard } = readersOf([a.member]);
  readers.sync();
  await vi.waitFor(() => expect(heard("a")).toHaveLength(2));
  pods.splice(0, 1, podOf("p3"));
  readers.sync();
  await vi.waitFor(() => expect(heard("a")).toEqual(["p2 7", "p3 7"]));
  expect(a.open()).toEqual(["p2", "p3"]);
});

it("asks anew by a new connection, and keeps what it heard meanwhile", async () => {
  const a = memberOf("a", [podOf("p1")]);
  const { readers, heard } = readersOf([a.member]);
  readers.sync();
  await vi.waitFor(() => expect(heard("a")).toEqual(["p1 7"]));
  a.reconnect();
  readers.sync();
  expect(heard("a")).toEqual(["p1 7"]);
  await vi.waitFor(() => expect(a.opened).toEqual(["p1", "p1"]));
});

it("asks nobody any more once it has stopped", async () => {
  const a = memberOf("a", [podOf("p1"), podOf("p2")]);
  const { readers, heard } = readersOf([a.member]);
  readers.sync();
  await vi.waitFor(() => expect(heard("a")).toHaveLength(2));
  await readers.stop();
  expect(a.open()).toEqual([]);
});
