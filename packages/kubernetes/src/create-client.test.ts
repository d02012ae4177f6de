import { once } from "node:events";
import { createSecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { createCertificateAuthority, issueServerCertificate } from "@sluice/sandbox/pki/certificate-authority";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ApiError, ConnectionError } from "./api-error.ts";
import type { KubernetesClient } from "./client.ts";
import { createClient } from "./create-client.ts";
import { kinds } from "./kinds.ts";
import { answerJson, startFakeApiServer, type FakeApiServer } from "./testing/fake-api-server.ts";

let server: FakeApiServer;
let client: KubernetesClient;

beforeEach(async () => {
  server = await startFakeApiServer();
  client = createClient({ kubeconfig: server.kubeconfig, allowInsecure: true, userAgent: "test/1", fieldManager: "tester" });
});

afterEach(async () => {
  await client.close();
  await server.close();
});

const lastSeen = () => {
  const seen = server.seen.at(-1);
  if (seen === undefined) throw new Error("no request was seen");
  return seen;
};

const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "shop", name: "a/b" }, data: { x: "1" } };

describe("createClient", () => {
  test("reads one object with the token and escapes its name", async () => {
    server.answer = (_request, response) => answerJson(response, 200, configMap);
    expect(await client.get(kinds.configMaps, { namespace: "shop", name: "a/b" })).toEqual(configMap);
    expect(lastSeen().url.pathname).toBe("/api/v1/namespaces/shop/configmaps/a%2Fb");
    expect(lastSeen().headers.authorization).toBe("Bearer secret");
    expect(lastSeen().headers["user-agent"]).toBe("test/1");
  });

  test("speaks HTTP/1.1 with a server that prefers HTTP/2", async () => {
    const authority = createCertificateAuthority("test");
    const { certPem, keyPem } = issueServerCertificate(authority, "test", ["127.0.0.1"]);
    const versions: string[] = [];
    const modern = createSecureServer({ cert: certPem, key: keyPem, allowHTTP1: true }, (request, response) => {
      versions.push(request.httpVersion);
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(configMap));
    });
    modern.listen(0, "127.0.0.1");
    await once(modern, "listening");
    const { port } = modern.address() as AddressInfo;
    const other = createClient({ credentials: { server: `https://127.0.0.1:${port}`, authority: authority.certPem } });
    try {
      expect(await other.get(kinds.configMaps, { namespace: "shop", name: "a" })).toEqual(configMap);
      expect(versions).toEqual(["1.1"]);
    } finally {
      await other.close();
      modern.close();
      await once(modern, "close");
    }
  });

  test("lists with selectors and gives items their kind", async () => {
    server.answer = (_request, response) => answerJson(response, 200, { metadata: { resourceVersion: "7" }, items: [{ metadata: { name: "a" } }] });
    const list = await client.list(kinds.endpointSlices, { namespace: "shop", labelSelector: "x=y,z" });
    expect(list).toEqual({ items: [{ apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", metadata: { name: "a" } }], resourceVersion: "7" });
    expect(lastSeen().url.pathname).toBe("/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices");
    expect(lastSeen().url.searchParams.get("labelSelector")).toBe("x=y,z");
  });

  test.each([
    ["json", "application/json-patch+json", undefined],
    ["merge", "application/merge-patch+json", undefined],
    ["strategic", "application/strategic-merge-patch+json", undefined],
    ["apply", "application/apply-patch+yaml", "true"],
  ] as const)("sends a %s patch with its content type", async (type, contentType, force) => {
    server.answer = (_request, response) => answerJson(response, 200, configMap);
    const patch = type === "json" ? { type, body: [] } : { type, body: {}, ...(type === "apply" ? { force: true } : {}) };
    await client.patch(kinds.configMaps, { namespace: "shop", name: "a" }, patch, { subresource: "status" });
    expect(lastSeen().method).toBe("PATCH");
    expect(lastSeen().url.pathname).toBe("/api/v1/namespaces/shop/configmaps/a/status");
    expect(lastSeen().headers["content-type"]).toBe(contentType);
    expect(lastSeen().url.searchParams.get("fieldManager")).toBe("tester");
    expect(lastSeen().url.searchParams.get("force")).toBe(force ?? null);
  });

  test("creates, replaces and deletes", async () => {
    server.answer = (_request, response) => answerJson(response, 200, configMap);
    await client.create(kinds.configMaps, configMap, { dryRun: true });
    expect([lastSeen().method, lastSeen().url.pathname, lastSeen().url.searchParams.get("dryRun")]).toEqual(["POST", "/api/v1/namespaces/shop/configmaps", "All"]);
    expect(JSON.parse(lastSeen().body)).toEqual(configMap);
    await client.replace(kinds.configMaps, configMap);
    expect([lastSeen().method, lastSeen().url.pathname]).toEqual(["PUT", "/api/v1/namespaces/shop/configmaps/a%2Fb"]);
    await client.delete(kinds.clusters, { name: "c" }, { preconditions: { uid: "u" }, propagationPolicy: "Foreground" });
    expect([lastSeen().method, lastSeen().url.pathname]).toEqual(["DELETE", "/apis/flomesh.io/v1alpha1/clusters/c"]);
    expect(JSON.parse(lastSeen().body)).toMatchObject({ preconditions: { uid: "u" }, propagationPolicy: "Foreground" });
  });

  test("throws the Status of a failure, and says what a foreign answer was", async () => {
    server.answer = (_request, response) => answerJson(response, 409, { kind: "Status", reason: "Conflict", code: 409, message: "changed" });
    const failure = await client.create(kinds.configMaps, configMap).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ApiError);
    expect(failure).toMatchObject({ code: 409, reason: "Conflict", message: "changed" });
    server.answer = (_request, response) => response.writeHead(502).end("bad gateway");
    await expect(client.list(kinds.services)).rejects.toMatchObject({ code: 502, reason: "Http502", message: expect.stringContaining("bad gateway") as unknown });
  });

  test("watches until the server ends it", async () => {
    server.answer = (_request, response) => {
      const lines = [{ type: "ADDED", object: configMap }, { type: "BOOKMARK", object: { metadata: { resourceVersion: "9" } } }];
      const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
      response.write(text.slice(0, 30));
      setImmediate(() => response.end(text.slice(30)));
    };
    const types: string[] = [];
    for await (const event of client.watch(kinds.configMaps, { resourceVersion: "5", timeoutSeconds: 9 })) types.push(event.type);
    expect(types).toEqual(["ADDED", "BOOKMARK"]);
    const query = Object.fromEntries(lastSeen().url.searchParams);
    expect(query).toEqual({ watch: "true", allowWatchBookmarks: "true", resourceVersion: "5", timeoutSeconds: "9" });
  });

  test("a watch throws the error event, and a break as ConnectionError", async () => {
    server.answer = (_request, response) => response.end(`${JSON.stringify({ type: "ERROR", object: { kind: "Status", code: 410, reason: "Expired", message: "too old" } })}\n`);
    const all = async () => {
      for await (const event of client.watch(kinds.services, { resourceVersion: "1" })) expect(event).toBeUndefined();
    };
    await expect(all()).rejects.toMatchObject({ code: 410, reason: "Expired" });
    server.answer = (_request, response) => {
      response.write(" ");
      setImmediate(() => server.breakConnections());
    };
    await expect(all()).rejects.toBeInstanceOf(ConnectionError);
  });

  test("streams a pod's answer through the proxy", async () => {
    server.answer = (_request, response) => {
      response.writeHead(200, { "x-pod": "yes" });
      response.write("one");
    };
    const abort = new AbortController();
    const answer = await client.podProxy({ namespace: "shop", name: "p-1" }, { port: 9081, path: "/telemetry/stream?intervalMs=1000", signal: abort.signal });
    expect(answer.headers.get("x-pod")).toBe("yes");
    for await (const chunk of answer.body) {
      expect(Buffer.from(chunk).toString()).toBe("one");
      break;
    }
    expect(lastSeen().url.pathname).toBe("/api/v1/namespaces/shop/pods/p-1:9081/proxy/telemetry/stream");
    expect(lastSeen().url.search).toBe("?intervalMs=1000");
  });

  test("says refused when nobody listens, and aborted when the caller gave up", async () => {
    server.answer = () => undefined;
    const abort = new AbortController();
    const pending = client.get(kinds.configMaps, { namespace: "a", name: "b" }, { signal: abort.signal });
    setImmediate(() => abort.abort());
    await expect(pending).rejects.toMatchObject({ name: "ConnectionError", code: "aborted" });
    await server.close();
    await expect(client.raw("/version")).rejects.toMatchObject({ name: "ConnectionError", code: "refused" });
  });
});
