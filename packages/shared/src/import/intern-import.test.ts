import fc from "fast-check";
import { expect, it } from "vitest";
import { internEndpoint, internImport } from "./intern-import.ts";
import type { ServiceImport } from "./service-import-schema.ts";

const endpointOf = (cluster: string, path = "/p", host = "h") => ({ clusterKey: cluster, target: { host, ip: "10.0.0.1", port: 80, path } });
const importOf = (clusters: readonly string[]): ServiceImport => ({
  apiVersion: "flomesh.io/v1alpha1",
  kind: "ServiceImport",
  metadata: { namespace: "shop", name: "web" },
  spec: { type: "ClusterSetIP", serviceAccountName: "*", ports: [{ port: 8080, protocol: "TCP", endpoints: clusters.map((cluster) => endpointOf(cluster)) }] },
  status: { clusters: clusters.map((cluster) => ({ cluster, addresses: ["10.0.0.1"] })) },
});
const pick = fc.constantFrom("a", "b", "c");
const anyEndpoint = fc.record({ clusterKey: pick, target: fc.record({ host: pick, ip: pick, port: fc.constantFrom(80, 81), path: pick }) });

it("equal endpoints are one object, others are not", () => {
  fc.assert(
    fc.property(anyEndpoint, anyEndpoint, (one, other) => {
      expect(internEndpoint(one)).toEqual(one);
      expect(internEndpoint(one) === internEndpoint(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
    }),
  );
});

it("imports keep what they say, and hold what they have in common once", () => {
  const [one, other] = [internImport(importOf(["a", "b"])), internImport(importOf(["b", "c"]))];
  expect([one, other]).toEqual([importOf(["a", "b"]), importOf(["b", "c"])]);
  expect(one.spec.ports[0]?.endpoints[1]).toBe(other.spec.ports[0]?.endpoints[0]);
  expect(one.status?.clusters?.[1]).toBe(other.status?.clusters?.[0]);
});

it("what is held once can't be changed", () => {
  const endpoint = internEndpoint(endpointOf("a"));
  expect(() => Object.assign(endpoint, { clusterKey: "b" })).toThrow(TypeError);
  expect(() => Object.assign(endpoint.target, { ip: "" })).toThrow(TypeError);
  expect(() => internImport(importOf(["a"])).status?.clusters?.[0]?.addresses?.push("x")).toThrow(TypeError);
});

it("what another version wrote beside it is kept", () => {
  const strange = { ...importOf([]), spec: { ports: [{ port: 1, endpoints: [{ ...endpointOf("a"), weight: 1 }, { clusterKey: "b" }] }] }, status: { clusters: [{ cluster: "a" }, { cluster: "b", addresses: ["1", "2"] }, { cluster: "c", addresses: ["1"], since: 1 }] } } as unknown as ServiceImport;
  expect(internImport(strange)).toEqual(strange);
  const bare = { metadata: { name: "web" }, spec: { type: "Headless" } } as unknown as ServiceImport;
  expect(internImport(bare)).toEqual(bare);
});

it("many that go by the same path stay what they are", () => {
  const many = Array.from({ length: 300 }, (_, index) => endpointOf(`c${index}`, "/"));
  expect(many.map(internEndpoint)).toEqual(many);
  expect(internEndpoint(endpointOf("c7", "/"))).toBe(internEndpoint(endpointOf("c7", "/")));
});
