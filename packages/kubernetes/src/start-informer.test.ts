import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { KubernetesClient } from "./client.ts";
import { createClient } from "./create-client.ts";
import type { Informer } from "./informer.ts";
import { kinds, type ConfigMap } from "./kinds.ts";
import { startInformer } from "./start-informer.ts";
import { answerJson, startFakeApiServer, type FakeApiServer } from "./testing/fake-api-server.ts";

let server: FakeApiServer;
let client: KubernetesClient;
let informer: Informer<ConfigMap> | undefined;
let items: object[];
let changes: string[];
let watch: ServerResponse | undefined;
let failing: boolean;

const object = (name: string, uid: string, resourceVersion: string) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "n", name, uid, resourceVersion } });
const send = (event: object) => watch?.write(`${JSON.stringify(event)}\n`);

beforeEach(async () => {
  items = [object("a", "1", "10"), object("b", "2", "11")];
  changes = [];
  watch = undefined;
  failing = false;
  server = await startFakeApiServer();
  server.answer = (request, response) => {
    if (failing) return answerJson(response, 500, { kind: "Status", code: 500, reason: "InternalError", message: "down" });
    if (request.url.searchParams.get("watch") !== "true") return answerJson(response, 200, { metadata: { resourceVersion: "20" }, items });
    response.writeHead(200).flushHeaders();
    watch = response;
    return undefined;
  };
  client = createClient({ kubeconfig: server.kubeconfig, allowInsecure: true });
});

afterEach(async () => {
  await informer?.stop();
  informer = undefined;
  await client.close();
  await server.close();
});

const start = () => {
  informer = startInformer(client, kinds.configMaps, { onChange: (key) => changes.push(key), random: () => 1 });
  return informer;
};
const watching = () => vi.waitFor(() => expect(watch).toBeDefined());

describe("startInformer", () => {
  test("lists, then follows the watch from the list's version", async () => {
    const cache = start();
    await cache.synced();
    expect(cache.state).toEqual({ phase: "live" });
    expect(changes).toEqual(["n/a", "n/b"]);
    await watching();
    expect(server.seen.at(-1)?.url.searchParams.get("resourceVersion")).toBe("20");
    send({ type: "MODIFIED", object: object("a", "1", "21") });
    send({ type: "DELETED", object: object("b", "2", "22") });
    send({ type: "ADDED", object: object("c", "3", "23") });
    await vi.waitFor(() => expect(changes).toEqual(["n/a", "n/b", "n/a", "n/b", "n/c"]));
    expect(cache.list().map((one) => one.metadata.name)).toEqual(["a", "c"]);
    expect(cache.get("n/a")?.metadata.resourceVersion).toBe("21");
  });

  test("after a break it keeps the cache, says since when it is stale, and relists only what changed", async () => {
    const cache = start();
    await watching();
    const kept = cache.get("n/a");
    changes.length = 0;
    failing = true;
    server.breakConnections();
    await vi.waitFor(() => expect(cache.state.phase).toBe("stale"));
    expect(cache.get("n/a")).toBe(kept);
    items = [object("a", "1", "10"), object("c", "3", "4")];
    failing = false;
    await vi.waitFor(() => expect(cache.state.phase).toBe("live"));
    expect(changes.toSorted()).toEqual(["n/b", "n/c"]);
    expect(cache.get("n/a")).toBe(kept);
  });

  test("a recreated cluster is seen by its uids although its versions went back", async () => {
    const cache = start();
    await watching();
    changes.length = 0;
    items = [object("a", "other", "10")];
    server.breakConnections();
    await vi.waitFor(() => expect(changes.toSorted()).toEqual(["n/a", "n/b"]));
    expect(cache.list().map((one) => one.metadata.uid)).toEqual(["other"]);
  });

  test("a restored server is seen although it gave a version again for other contents", async () => {
    const cache = start();
    await watching();
    changes.length = 0;
    items = [{ ...object("a", "1", "10"), data: { x: "restored" } }, object("b", "2", "11")];
    server.breakConnections();
    await vi.waitFor(() => expect(changes).toEqual(["n/a"]));
    expect(cache.get("n/a")?.data).toEqual({ x: "restored" });
  });

  test("a server that asks to be left alone is left alone", async () => {
    const asked: number[] = [];
    server.answer = (_request, response) => {
      asked.push(performance.now());
      response.writeHead(429, { "retry-after": "1", "content-type": "text/plain" });
      response.end("Too many requests, please try again later.");
    };
    const cache = start();
    await vi.waitFor(() => expect(asked).toHaveLength(2), { timeout: 20_000 });
    expect(cache.state).toMatchObject({ phase: "syncing", error: { code: 429, reason: "TooManyRequests", retryAfterSeconds: 1 } });
    // The first backoff alone would be 100 ms (random is 1). A bound from below: load can only make it longer.
    expect((asked[1] ?? 0) - (asked[0] ?? 0)).toBeGreaterThan(950);
  });

  test("relists after 410 without ever calling itself stale", async () => {
    const phases: string[] = [];
    informer = startInformer(client, kinds.configMaps, { onState: (state) => phases.push(state.phase), random: () => 1 });
    await watching();
    items = [];
    const cache = informer;
    watch?.end(`${JSON.stringify({ type: "ERROR", object: { kind: "Status", code: 410, reason: "Expired", message: "too old" } })}\n`);
    await vi.waitFor(() => expect(cache.list()).toEqual([]));
    expect(phases).toEqual(["live"]);
  });

  test("a server that is down at first is asked until it answers", async () => {
    failing = true;
    const cache = start();
    await vi.waitFor(() => expect(cache.state).toMatchObject({ phase: "syncing", error: { code: 500 } }));
    failing = false;
    await cache.synced();
    expect(cache.list()).toHaveLength(2);
  });

  test("stopping ends the watch, and rejects who waits for the first list", async () => {
    const cache = start();
    await watching();
    const closed = new Promise((resolve) => watch?.on("close", resolve));
    await cache.stop();
    await closed;
    failing = true;
    const other = startInformer(client, kinds.configMaps);
    const synced = other.synced();
    await Promise.all([other.stop(), expect(synced).rejects.toThrow("stopped")]);
  });
});
