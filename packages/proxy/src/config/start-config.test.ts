import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { stringify } from "yaml";
import type { Snapshot } from "../snapshot.ts";
import { endpointAgeMsMax, loadLastGoodSnapshot } from "./last-good-snapshot.ts";
import { startConfig } from "./start-config.ts";
import { otherKey, samplePorts, sampleService, sampleSlice } from "./testing/sample-world.ts";

/** A thread may take long to start on a busy machine. */
const patiently = { timeout: 40_000 };

let folder: string;
let data: string;
let stop: (() => Promise<void>) | undefined;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sluice-config-"));
  data = await mkdtemp(path.join(tmpdir(), "sluice-data-"));
});
afterEach(async () => {
  await stop?.();
  stop = undefined;
  await rm(folder, { recursive: true });
  await rm(data, { recursive: true });
});

const write = (name: string, ...objects: object[]) => writeFile(path.join(folder, name), objects.map((object) => stringify(object)).join("---\n"));

function start() {
  const snapshots: Snapshot[] = [];
  const problems: string[] = [];
  const origins: { restoredAgeMs?: number }[] = [];
  const config = startConfig({
    source: { type: "folder", folder },
    dataFolder: data,
    address: "127.0.0.1",
    onSnapshot: (snapshot, origin) => {
      snapshots.push(snapshot);
      origins.push(origin);
    },
    onProblem: (message) => problems.push(message),
  });
  stop = () => config.stop();
  return { snapshots, problems, origins };
}

test("a folder's objects become a snapshot; changes arrive, mistakes do not, and the last good one is restored", async () => {
  await write("ports.yaml", samplePorts({}, { service: "api", serviceUid: "uid-api", listenPort: 10_001 }));
  await write("web.yaml", sampleService(), sampleSlice("web", ["10.0.0.1"]));
  await write("api.yaml", sampleService({ name: "api" }), sampleSlice("api", ["10.0.0.9"]));
  const first = start();
  await vi.waitFor(() => expect(first.snapshots.at(-1)?.services.size).toBe(2), patiently);
  const before = first.snapshots.at(-1);

  await write("web.yaml", sampleService(), sampleSlice("web", ["10.0.0.2"]));
  await vi.waitFor(() => expect(first.snapshots.at(-1)?.services.get("shop/web")?.ports[0]?.local.endpoints[0]?.ip).toBe("10.0.0.2"), patiently);
  expect(first.snapshots.at(-1)?.services.get("shop/api")).toBe(before?.services.get("shop/api"));

  const count = first.snapshots.length;
  await writeFile(path.join(folder, "web.yaml"), "kind: [");
  await vi.waitFor(() => expect(first.problems).toEqual([expect.stringContaining("web.yaml")]), patiently);
  expect(first.snapshots).toHaveLength(count);

  await vi.waitFor(async () => expect(await readFile(path.join(data, "last-good-snapshot.json"), "utf8")).toContain("10.0.0.2"), patiently);
  await stop?.();
  const second = start();
  await vi.waitFor(() => expect(second.snapshots[0]?.services.get("shop/web")?.ports[0]?.local.endpoints).toHaveLength(1), patiently);
  expect(second.origins[0]?.restoredAgeMs).toBeGreaterThanOrEqual(0);

  const old = await loadLastGoodSnapshot(data, Date.now() + endpointAgeMsMax + 1);
  expect(old?.change.services.map((part) => [part.key, part.ports[0]?.listenPort, part.ports[0]?.local.endpoints.length])).toEqual([["shop/api", 10_001, 0], ["shop/web", 10_000, 0]]);
});

test("a damaged file is not restored", async () => {
  await writeFile(path.join(data, "last-good-snapshot.json"), '{"version":1,"services":[{');
  expect(await loadLastGoodSnapshot(data, Date.now())).toBeUndefined();
});

test("each version of a policy in a file has a generation of its own", async () => {
  const policy = (weight: number) => ({ apiVersion: "flomesh.io/v1alpha1", kind: "GlobalTrafficPolicy", metadata: { namespace: "shop", name: "web" }, spec: { lbType: "ActiveActive", targets: [{ clusterKey: otherKey, weight }] } });
  await write("ports.yaml", samplePorts({}));
  await write("web.yaml", sampleService(), sampleSlice("web", ["10.0.0.1"]));
  await write("policy.yaml", policy(10));
  const { snapshots } = start();
  const generation = () => snapshots.at(-1)?.services.get("shop/web")?.policy?.generation;
  await vi.waitFor(() => expect(generation()).toBe(1), patiently);
  await write("web.yaml", sampleService(), sampleSlice("web", ["10.0.0.2"]));
  await write("policy.yaml", policy(20));
  await vi.waitFor(() => expect(generation()).toBe(2), patiently);
});
