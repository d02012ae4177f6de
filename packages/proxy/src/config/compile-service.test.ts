import { splitHash } from "@sluice/shared/split/split-hash";
import { describe, expect, test } from "vitest";
import { compileService } from "./compile-service.ts";
import { otherKey, ownKey, samplePorts, sampleService, sampleSlice, sampleWorld } from "./testing/sample-world.ts";

const requested = { mode: "ActiveActive", targets: [{ clusterKey: ownKey, weight: 100 }, { clusterKey: otherKey, weight: 10 }] } as const;

describe("compileService", () => {
  test("compiles ports, split, remotes and local endpoints", () => {
    expect(compileService(sampleWorld(), "shop/web")).toEqual({
      key: "shop/web",
      uid: "uid-web",
      policy: { uid: "uid-policy", generation: 3, splitHash: splitHash(requested) },
      ports: [
        {
          port: 8080,
          listenPort: 10_000,
          protocol: "http",
          passLocal: false,
          requested,
          local: { endpoints: [{ ip: "10.0.0.1", port: 80, pod: "10.0.0.1" }, { ip: "10.0.0.2", port: 80, pod: "10.0.0.2" }] },
          remotes: [{ clusterKey: otherKey, host: "gw", ip: "10.9.9.9", port: 82, path: "/1-25/web" }],
          sticky: false,
          loadBalancer: "RoundRobinLoadBalancer",
        },
      ],
    });
  });

  test("passes everything to local endpoints while the selector lacks our key", () => {
    const world = sampleWorld();
    world.update("service", "shop/web", sampleService());
    expect(compileService(world, "shop/web")?.ports[0]?.passLocal).toBe(true);
    const { selector: _none, ...spec } = sampleService().spec;
    world.update("service", "shop/web", { ...sampleService(), spec });
    expect(compileService(world, "shop/web")?.ports[0]?.passLocal).toBe(false);
  });

  test("stays local until the cluster has joined a set", () => {
    const world = sampleWorld();
    world.clusterKey = "";
    expect(compileService(world, "shop/web")?.ports[0]?.requested).toEqual({ mode: "Locality" });
  });

  test("takes the real pods from the shadow and from slices that are not ours", () => {
    const world = sampleWorld();
    world.update("service", "shop/web-sluice-local", sampleService({ name: "web-sluice-local", shadowOf: "web" }));
    world.update("slice", "shop/shadow-1", sampleSlice("web-sluice-local", ["10.0.0.1", "10.0.0.3"]));
    world.update("slice", "shop/ours", sampleSlice("web", ["10.0.0.99"], { managedBy: "sluice.dev" }));
    const ips = () => compileService(world, "shop/web")?.ports[0]?.local.endpoints.map((endpoint) => endpoint.ip);
    expect(ips()).toEqual(["10.0.0.1", "10.0.0.2", "10.0.0.3"]);
    world.update("slice", "shop/web-1", undefined);
    expect(ips()).toEqual(["10.0.0.1", "10.0.0.3"]);
    world.update("service", "shop/web-sluice-local", undefined);
    expect(ips()).toEqual([]);
  });

  test.each([
    ["ready ones only", [{ ready: true }, { ready: false, serving: true, terminating: true }], [0]],
    ["else serving and terminating ones", [{ ready: false, serving: true, terminating: true }, { ready: false, serving: false, terminating: true }], [0]],
    ["never merely unready ones", [{ ready: false, serving: false }], []],
    ["without conditions: ready", [{}], [0]],
  ])("endpoints: %s", (_what, conditions, chosen) => {
    const world = sampleWorld();
    world.update("slice", "shop/web-1", sampleSlice("web", conditions.map((one, index) => ({ addresses: [`10.0.1.${index}`], conditions: one }))));
    expect(compileService(world, "shop/web")?.ports[0]?.local.endpoints.map((endpoint) => endpoint.ip)).toEqual(chosen.map((index) => `10.0.1.${index}`));
  });

  test("a slice's port is found by name, and only TCP is for proxies", () => {
    const world = sampleWorld();
    world.update("service", "shop/web", sampleService({ ports: [{ name: "other", port: 9000 }, { name: "dns", port: 53, protocol: "UDP" }] }));
    expect(compileService(world, "shop/web")?.ports).toMatchObject([{ port: 9000, listenPort: null, protocol: "tcp", local: { endpoints: [] }, remotes: [] }]);
  });

  test("a port that nobody else offers stays local, and a service of no interest has no part", () => {
    const world = sampleWorld();
    world.update("service", "shop/web", sampleService({ ports: [{ name: "http", port: 8080 }, { name: "admin", port: 9000 }] }));
    expect(compileService(world, "shop/web")?.ports[1]?.requested).toEqual({ mode: "ActiveActive", targets: [{ clusterKey: ownKey, weight: 100 }] });
    world.update("service", "shop/plain", sampleService({ name: "plain" }));
    expect(compileService(world, "shop/plain")).toBeUndefined();
  });

  test("quarantined ports are not listened on", () => {
    const world = sampleWorld();
    world.update("configMap", "sluice-system/sluice-ports", samplePorts({ state: "quarantined", freedAt: "2026-01-01T00:00:00Z" }));
    expect(compileService(world, "shop/web")?.ports[0]?.listenPort).toBeNull();
  });

  test("a malformed policy is reported and the last good one stays; so does a vanished record", () => {
    const problems: string[] = [];
    const world = sampleWorld((message) => problems.push(message));
    const before = compileService(world, "shop/web");
    const policy = world.policy("shop/web");
    if (policy === undefined) throw new Error("no policy");
    world.update("policy", "shop/web", { ...policy, spec: { lbType: "ActiveActive", targets: [{ clusterKey: otherKey, weight: -1 }] } });
    world.update("configMap", "sluice-system/sluice-ports", undefined);
    expect(problems).toEqual([expect.stringContaining("GlobalTrafficPolicy shop/web: targets.0.weight")]);
    expect(compileService(world, "shop/web")).toEqual(before);
  });
});
