import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { ApiConnection } from "../../contract/api-connection.ts";
import { startApiServer, type ApiServerOptions, type RunningApiServer, type ServerMemory } from "./start-api-server.ts";

const configMap = (name: string): unknown => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { a: "1" } });
const base = "/api/v1/namespaces/default/configmaps";

describe("startApiServer", () => {
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  });

  async function start(options: Partial<ApiServerOptions> = {}): Promise<{ server: RunningApiServer; api: ApiConnection; stop: () => Promise<void> }> {
    const server = await startApiServer({ name: "test", serviceCidr: "127.103.0.0/17", ...options });
    const api = new ApiConnection(server.kubeconfig);
    let stopped = false;
    const stop = async (): Promise<void> => {
      if (stopped) return;
      stopped = true;
      api.close();
      await server.stop();
    };
    cleanups.push(stop);
    return { server, api, stop };
  }

  function folder(): string {
    const dir = mkdtempSync(join(tmpdir(), "sluice-api-"));
    cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
    return dir;
  }

  it("continues from its folder: objects, versions, CA and tokens", async () => {
    const dir = folder();
    const first = await start({ dir });
    const made = await first.api.create(base, configMap("kept"));
    await first.stop();
    const second = await start({ dir });
    expect(second.server.caPem).toBe(first.server.caPem);
    expect(second.server.adminToken).toBe(first.server.adminToken);
    const kept = await second.api.get(`${base}/kept`);
    expect(kept.body).toEqual(made.body);
    const later = await second.api.create(base, configMap("later"));
    expect(Number(later.body["metadata"]!["resourceVersion"])).toBeGreaterThan(Number(made.body["metadata"]!["resourceVersion"]));
  });

  it("keeps every answered write when it is killed, and drops a line that was cut short", async () => {
    const dir = folder();
    const first = await start({ dir });
    await first.api.create(base, configMap("kept"));
    // A server that is not stopped has only its log: as after a crash in the middle of a write.
    appendFileSync(join(dir, "log.ndjson"), '{"type":"PUT","revision":99999,"coll');
    const second = await start({ dir });
    expect((await second.api.get(`${base}/kept`)).code).toBe(200);
    await second.api.create(base, configMap("later"));
    const third = await start({ dir });
    expect((await third.api.get(`${base}/later`)).code).toBe(200);
  });

  it("keeps its state in memory over a stop and a start that share it", async () => {
    const memory: ServerMemory = {};
    const first = await start({ memory });
    await first.api.create(base, configMap("kept"));
    await first.stop();
    const second = await start({ memory });
    expect(second.server.adminToken).toBe(first.server.adminToken);
    expect((await second.api.get(`${base}/kept`)).code).toBe(200);
  });

  it("ends watches and frees its port when it stops", async () => {
    const { server, api } = await start();
    const watch = await api.watch(`${base}?watch=true&allowWatchBookmarks=true`);
    await server.stop();
    const rest: unknown[] = [];
    for (let event = await watch.next().catch(() => undefined); event !== undefined; event = await watch.next().catch(() => undefined)) rest.push(event.type);
    expect(rest.at(-1)).toBe("BOOKMARK");
    const port = Number(new URL(server.server).port);
    await start({ port });
  });

  it("sends bookmarks, and says when the initial events are complete", async () => {
    const { api } = await start({ bookmarkIntervalMs: 20 });
    const watch = await api.watch(`${base}?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`);
    const initial = await watch.next();
    const beat = await watch.next();
    watch.stop();
    expect(initial).toMatchObject({ type: "BOOKMARK", object: { metadata: { annotations: { "k8s.io/initial-events-end": "true" } } } });
    expect(beat?.type).toBe("BOOKMARK");
  });

  it("refuses a body above 3 MiB with 413", async () => {
    const { api } = await start();
    const body = { ...(configMap("big") as Record<string, unknown>), data: { a: "x".repeat(3 * 1024 * 1024) } };
    // The connection may be cut while the client still sends: then there is no answer to read.
    const code = await api.create(base, body).then((answer) => answer.code, () => 413);
    expect(code).toBe(413);
    expect((await api.get(`${base}/big`)).code).toBe(404);
  });

  it("gives tokens to service accounts that exist", async () => {
    const { server, api } = await start();
    expect(() => server.tokenFor({ namespace: "default", name: "none" })).toThrow('serviceaccounts "none" not found');
    await api.create("/api/v1/namespaces/default/serviceaccounts", { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "robot" } });
    const token = server.tokenFor({ namespace: "default", name: "robot" });
    expect((await api.get(base, { token })).body["message"]).toContain('User "system:serviceaccount:default:robot" cannot list resource "configmaps"');
    await api.delete("/api/v1/namespaces/default/serviceaccounts/robot");
    expect((await api.get(base, { token })).code).toBe(401);
  });

  it("says what it does not have", async () => {
    const { api } = await start();
    expect((await api.get("/apis/apps/v1/statefulsets")).code).toBe(404);
    expect((await api.get("/api/v1/namespaces/default/services/x/proxy/")).body).toMatchObject({ code: 501, reason: "NotImplemented" });
  });
});
