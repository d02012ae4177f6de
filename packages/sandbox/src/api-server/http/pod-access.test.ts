import { createServer, type Server } from "node:http";
import { createServer as createTlsServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiConnection } from "../../../contract/api-connection.ts";
import { createCertificateAuthority, issueServerCertificate } from "../../pki/certificate-authority.ts";
import { startApiServer, type RunningApiServer } from "../start-api-server.ts";

const PODS = "/api/v1/namespaces/default/pods";

const listen = (server: Server | ReturnType<typeof createTlsServer>): Promise<number> =>
  new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)));

describe("the ways into a pod", () => {
  const authority = createCertificateAuthority("kubelet");
  const certificate = issueServerCertificate(authority, "kubelet", ["127.0.0.1"]);
  const kubelet = createTlsServer({ key: certificate.keyPem, cert: certificate.certPem });
  const app = createServer();
  const kubeletSaw: string[] = [];
  let podClosed: Promise<void>;
  let server: RunningApiServer;
  let api: ApiConnection;
  let appPort: number;

  beforeAll(async () => {
    kubelet.on("request", (incoming, response) => {
      kubeletSaw.push(`${incoming.headers.authorization} ${incoming.url}`);
      response.end("line of a log\n");
    });
    kubelet.on("upgrade", (incoming, socket) => {
      kubeletSaw.push(`${incoming.headers.authorization} ${incoming.url}`);
      socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n");
      socket.pipe(socket);
    });
    let closed: () => void = () => {};
    podClosed = new Promise((resolve) => (closed = resolve));
    app.on("request", (incoming, response) => {
      response.writeHead(200, { "x-path": incoming.url ?? "", "x-authorization": incoming.headers.authorization ?? "none" });
      response.write("first\n");
      response.on("close", closed);
      if (incoming.url?.includes("end") === true) response.end("last\n");
    });
    appPort = await listen(app);
    server = await startApiServer({ name: "pods", serviceCidr: "127.104.0.0/17", kubeletToken: "kubelet-secret" });
    api = new ApiConnection(server.kubeconfig);
    await api.create("/api/v1/nodes", { apiVersion: "v1", kind: "Node", metadata: { name: "n1" } });
    const status = { addresses: [{ type: "InternalIP", address: "127.0.0.1" }], daemonEndpoints: { kubeletEndpoint: { Port: await listen(kubelet) } } };
    await api.patch("/api/v1/nodes/n1/status", "merge", { status });
    await api.create(PODS, { apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, spec: { nodeName: "n1", containers: [{ name: "c", image: "i" }] } });
    await api.patch(`${PODS}/p/status`, "merge", { status: { phase: "Running", podIP: "127.0.0.1" } });
  });
  afterAll(async () => {
    api.close();
    await server.stop();
    for (const each of [kubelet, app]) {
      each.close();
      each.closeAllConnections();
    }
  });

  it("asks the kubelet for logs, with its token", async () => {
    const answer = await api.get(`${PODS}/p/log?tailLines=5`);
    expect(answer.body).toBe("line of a log\n");
    expect(kubeletSaw).toContain("Bearer kubelet-secret /containerLogs/default/p/c?tailLines=5");
    expect((await api.get(`${PODS}/p/log?container=none`)).body).toMatchObject({ code: 400, message: "container none is not valid for pod p" });
  });

  it("passes an answer of the pod on, without the caller's credentials", async () => {
    const answer = await api.get(`${PODS}/p:${appPort}/proxy/a/end?x=1`);
    expect(answer.body).toBe("first\nlast\n");
    expect(answer.headers).toMatchObject({ "x-path": "/a/end?x=1", "x-authorization": "none" });
  });

  it("streams unbuffered, and an abort reaches the pod", async () => {
    const first = await new Promise<string>((resolve, reject) => {
      const outgoing = request(`${server.server}${PODS}/p:${appPort}/proxy/stream`, { ca: server.caPem, headers: { authorization: `Bearer ${server.adminToken}` } });
      outgoing.on("response", (answer) =>
        answer.once("data", (chunk: Buffer) => {
          outgoing.destroy();
          resolve(chunk.toString("utf8"));
        }),
      );
      outgoing.on("error", reject);
      outgoing.end();
    });
    expect(first).toBe("first\n");
    await podClosed;
  });

  it("pipes an exec to the kubelet, both ways", async () => {
    const echoed = await new Promise<string>((resolve, reject) => {
      const headers = { authorization: `Bearer ${server.adminToken}`, connection: "Upgrade", upgrade: "test" };
      const outgoing = request(`${server.server}${PODS}/p/exec?command=ls&container=c`, { ca: server.caPem, headers });
      outgoing.on("upgrade", (_answer, socket) => {
        socket.once("data", (chunk: Buffer) => {
          resolve(chunk.toString("utf8"));
          socket.destroy();
        });
        socket.write("hello");
      });
      outgoing.on("error", reject);
      outgoing.end();
    });
    expect(echoed).toBe("hello");
    expect(kubeletSaw).toContain("Bearer kubelet-secret /exec/default/p/c?command=ls");
  });

  it("says when there is no kubelet or pod to reach", async () => {
    await api.create(PODS, { apiVersion: "v1", kind: "Pod", metadata: { name: "new" }, spec: { containers: [{ name: "c", image: "i" }] } });
    expect((await api.get(`${PODS}/new/log`)).body).toMatchObject({ code: 400, message: "pod new does not have a host assigned" });
    expect((await api.get(`${PODS}/new:80/proxy/`)).body).toMatchObject({ code: 503, message: "pod new has no address yet" });
    expect((await api.get(`${PODS}/none:80/proxy/`)).body).toMatchObject({ code: 404 });
    expect((await api.get(`${PODS}/p:1/proxy/`)).body).toMatchObject({ code: 503 });
  });
});
