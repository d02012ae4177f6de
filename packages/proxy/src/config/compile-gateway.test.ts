import type { ServiceExport } from "@sluice/shared/export/service-export-schema";
import { describe, expect, test } from "vitest";
import { compileGateway } from "./compile-gateway.ts";
import { compileService } from "./compile-service.ts";
import { createSnapshotCompiler } from "./compile-snapshot.ts";
import { sampleSlice, sampleWorld } from "./testing/sample-world.ts";

const sample = (name: string, paths: string[], more: Partial<ServiceExport> = {}): ServiceExport => ({
  apiVersion: "flomesh.io/v1alpha1",
  kind: "ServiceExport",
  metadata: { namespace: "shop", name, creationTimestamp: "2026-01-02T00:00:00Z" },
  spec: {
    rules: paths.map((path) => ({ path, pathType: "Prefix", portNumber: 8080 })),
    sessionSticky: false,
    loadBalancer: "LeastWorkLoadBalancer",
    targetClusters: [],
    serviceAccountName: "*",
  },
  ...more,
});

describe("compileGateway", () => {
  test("longest path first, endpoints by the service's port", () => {
    const world = sampleWorld();
    world.update("serviceExport", "shop/web", sample("web", ["/a", "/a/long"]));
    world.update("serviceExport", "shop/gone", sample("gone", ["/gone"]));
    expect(compileGateway(world).map((route) => [route.path, route.service, route.loadBalancer, route.local.endpoints.length])).toEqual([
      ["/a/long", "shop/web", "LeastWorkLoadBalancer", 2],
      ["/gone", "shop/gone", "LeastWorkLoadBalancer", 0],
      ["/a", "shop/web", "LeastWorkLoadBalancer", 2],
    ]);
  });

  test("sessions stick as the import says, and without one as the own export does", () => {
    const world = sampleWorld();
    const exported = sample("web", ["/a"]);
    world.update("serviceExport", "shop/web", { ...exported, spec: { ...exported.spec, sessionSticky: true } });
    const sticky = () => [compileGateway(world)[0]?.sticky, compileService(world, "shop/web")?.ports[0]?.sticky];
    expect(sticky()).toEqual([false, false]);
    const spec = world.serviceImport("shop/web");
    if (spec === undefined) throw new Error("no import");
    const object = { apiVersion: "flomesh.io/v1alpha1", kind: "ServiceImport", metadata: { namespace: "shop", name: "web" } } as const;
    world.update("serviceImport", "shop/web", { ...object, spec: { ...spec, sessionSticky: true } });
    expect(sticky()).toEqual([true, true]);
    world.update("serviceImport", "shop/web", undefined);
    expect(sticky()).toEqual([true, true]);
  });

  test("the oldest export has a path, and invalid ones have none", () => {
    const world = sampleWorld();
    world.update("serviceExport", "shop/web", sample("web", ["/a"]));
    const metadata = { namespace: "shop", name: "older", creationTimestamp: "2026-01-01T00:00:00Z" };
    world.update("serviceExport", "shop/older", sample("older", ["/a"], { metadata }));
    expect(compileGateway(world).map((route) => route.service)).toEqual(["shop/older"]);
    const conditions = [{ type: "Valid", status: "False", reason: "X", message: "", lastTransitionTime: "" } as const];
    world.update("serviceExport", "shop/older", sample("older", ["/a"], { metadata, status: { conditions: [...conditions] } }));
    expect(compileGateway(world).map((route) => route.service)).toEqual(["shop/web"]);
  });
});

describe("createSnapshotCompiler", () => {
  test("tells each change once, by service", () => {
    const world = sampleWorld();
    const compiler = createSnapshotCompiler(world);
    expect(compiler.compileAll(1)).toMatchObject({ whole: true, services: [{ key: "shop/web" }], compiledAtMs: 1 });
    expect(compiler.compile(["shop/web"], 2)).toBeUndefined();
    world.update("slice", "shop/web-1", sampleSlice("web", ["10.0.0.5"]));
    expect(compiler.compile(["shop/web"], 3)).toMatchObject({ whole: false, services: [{ key: "shop/web" }], removed: [] });
    world.update("service", "shop/web", undefined);
    expect(compiler.compile("all", 4)).toMatchObject({ services: [], removed: ["shop/web"] });
    world.update("serviceExport", "shop/web", sample("web", ["/a"]));
    expect(compiler.compile(["shop/web"], 5)).toMatchObject({ services: [], gateway: [{ path: "/a" }] });
  });
});
