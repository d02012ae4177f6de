import { readdirSync, readFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { createClient } from "@sluice/kubernetes/create-client";
import { kinds } from "@sluice/kubernetes/kinds";
import { findAssets } from "@sluice/sandbox/real-api-server/find-assets";
import { RealApiServer } from "@sluice/sandbox/real-api-server/start-real-api-server";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import type { SourceState } from "../config/config-source.ts";
import { startConfig } from "../config/start-config.ts";
import type { ServicePart, Snapshot } from "../snapshot.ts";
import { runAttach, type RunningAttach } from "./run-attach.ts";

const crds = path.join(import.meta.dirname, "../../../../deploy/crds");
const ref = { namespace: "shop", name: "web" };
const otherKey = "default/default/default/1-25";
const patiently = { timeout: 80_000, interval: 100 };
const logger = pino({ level: process.env["LOG_LEVEL"] ?? "silent" });
const importSpec = { type: "ClusterSetIP" as const, serviceAccountName: "*", ports: [{ port: 8080, protocol: "TCP" as const, endpoints: [{ clusterKey: otherKey, target: { host: "127.0.0.1", ip: "127.0.0.1", port: 80, path: "/x" } }] }] };

describe.each(findAssets().slice(-1))("configuration of proxies and attachment controller, on kube-apiserver $version", (assets) => {
  let server: RealApiServer;
  let client: KubernetesClient;
  let attach: RunningAttach;
  let config: { stop(): Promise<void> };
  let folder: string;
  let state: SourceState | undefined;
  const snapshots: Snapshot[] = [];

  const part = (): ServicePart | undefined => snapshots.at(-1)?.services.get("shop/web");
  const weight = (): unknown => {
    const requested = part()?.ports[0]?.requested;
    return requested?.mode === "ActiveActive" ? requested.targets.find(({ clusterKey }) => clusterKey === otherKey)?.weight : undefined;
  };
  const setWeight = async (value: number): Promise<number> => {
    const spec = { lbType: "ActiveActive", targets: [{ clusterKey: otherKey, weight: value }] };
    const body = { apiVersion: "flomesh.io/v1alpha1", kind: "GlobalTrafficPolicy", metadata: ref, spec };
    return (await client.patch(kinds.globalTrafficPolicies, ref, { type: "apply", body, force: true }, { fieldManager: "kubectl" })).metadata.generation ?? 0;
  };
  /** The proxies follow the policy, and the attachment controller has judged that generation of it. */
  const inForce = async (value: number): Promise<void> => {
    const generation = await setWeight(value);
    await vi.waitFor(() => expect(weight()).toBe(value), patiently);
    await vi.waitFor(async () => expect((await client.get(kinds.globalTrafficPolicies, ref)).status?.observedGeneration).toBe(generation), patiently);
  };
  /** A service that only other clusters have gets its Service from the attachment controller. */
  const imported = async (name: string): Promise<void> => {
    const metadata = { namespace: "shop", name };
    await client.create(kinds.serviceImports, { apiVersion: "flomesh.io/v1alpha1", kind: "ServiceImport", metadata, spec: importSpec });
    await vi.waitFor(() => client.get(kinds.services, metadata), patiently);
  };
  /** Snapshots since then without the service's endpoint. */
  const withoutEndpoint = (since: number): Snapshot[] => snapshots.slice(since).filter((one) => one.services.get("shop/web")?.ports[0]?.local.endpoints.length !== 1);
  const hasEndpoint = (): Promise<void> => vi.waitFor(() => expect(part()?.ports[0]?.local.endpoints).toEqual([{ ip: "10.1.2.3", port: 8080, pod: "web-1" }]), patiently);

  beforeAll(async () => {
    server = await RealApiServer.start({ name: "1-23", assets });
    client = createClient({ kubeconfig: server.kubeconfig });
    for (const file of readdirSync(crds)) await client.create(kinds.customResourceDefinitions, parse(readFileSync(path.join(crds, file), "utf8")));
    for (const name of ["sluice-system", "shop"]) await client.create(kinds.namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
    await vi.waitFor(() => Promise.all([client.list(kinds.globalTrafficPolicies), client.list(kinds.serviceImports), client.list(kinds.serviceExports)]), patiently);
    await client.create(kinds.configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "sluice-system", name: "sluice-member" }, data: { clusterKey: "default/default/default/1-23" } });
    await client.create(kinds.services, { apiVersion: "v1", kind: "Service", metadata: { ...ref }, spec: { selector: { app: "web" }, ports: [{ port: 8080 }] } });
    await client.create(kinds.endpointSlices, {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { namespace: "shop", name: "web-1", labels: { "kubernetes.io/service-name": "web" } },
      addressType: "IPv4",
      endpoints: [{ addresses: ["10.1.2.3"], conditions: { ready: true }, targetRef: { kind: "Pod", name: "web-1" } }],
      ports: [{ name: "", port: 8080, protocol: "TCP" }],
    });
    await client.create(kinds.serviceImports, { apiVersion: "flomesh.io/v1alpha1", kind: "ServiceImport", metadata: { ...ref }, spec: importSpec });
    await setWeight(10);
    folder = mkdtempSync(path.join(tmpdir(), "sluice-survival-"));
    writeFileSync(path.join(folder, "kubeconfig"), server.kubeconfig);
    vi.stubEnv("KUBECONFIG", path.join(folder, "kubeconfig"));
    config = startConfig({ source: { type: "kubernetes", namespace: "sluice-system" }, address: "127.0.0.1", onSnapshot: (snapshot) => snapshots.push(snapshot), onState: (next) => (state = next) });
    attach = await runAttach({ program: "attach", address: "127.0.0.1", namespace: "sluice-system", pod: "attach-1", adminPort: 0, detachAll: false }, logger, createClient({ kubeconfig: server.kubeconfig, fieldManager: "sluice-attach" }));
    await hasEndpoint();
  });
  afterAll(async () => {
    await attach?.stop();
    await config?.stop();
    await client?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
    vi.unstubAllEnvs();
  });

  test("restart: proxies keep what they have and say that it is stale, then both follow again", async () => {
    await inForce(20);
    const since = snapshots.length;
    await server.stopApi();
    await vi.waitFor(() => expect(state?.phase).toBe("stale"), patiently);
    expect(weight()).toBe(20);
    await server.startApi();
    await inForce(30);
    await imported("after-restart");
    await vi.waitFor(() => expect(state).toEqual({ phase: "live" }), patiently);
    expect(withoutEndpoint(since)).toEqual([]);
  });

  test("changed certificate: both go on", async () => {
    const since = snapshots.length;
    server.renewCertificate();
    await server.stopApi("SIGTERM");
    await server.startApi();
    await inForce(40);
    await imported("after-certificate");
    expect(withoutEndpoint(since)).toEqual([]);
  });

  test("restored from an old backup: what is stored then is in force, and what comes after it too", async () => {
    await inForce(50);
    const backup = await server.backUp();
    const since = snapshots.length;
    await inForce(900);
    await imported("lost");
    await server.restore(backup);
    await vi.waitFor(() => expect(weight()).toBe(50), patiently);
    await inForce(60);
    await imported("after-restore");
    expect(withoutEndpoint(since)).toEqual([]);
  });
});
