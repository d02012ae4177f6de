import type { Pod, Service } from "@sluice/kubernetes/kinds";
import { describe, expect, it } from "vitest";
import { planEndpointSlices } from "./plan-endpoint-slices.ts";

const service = (spec: Partial<Service["spec"]> = {}): Service => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "n", uid: "u" },
  spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: "http" }], ...spec },
});
const pod = (name: string, change: { ready?: boolean; deleting?: boolean; port?: number; labels?: Record<string, string>; ip?: string } = {}): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "n", uid: name, labels: change.labels ?? { app: "web" }, ...(change.deleting === true ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {}) },
  spec: { containers: [{ name: "c", image: "i", ports: [{ name: "http", containerPort: change.port ?? 8080 }] }] },
  status: { podIP: change.ip ?? "127.9.0.1", conditions: [{ type: "Ready", status: change.ready === false ? "False" : "True" }] },
});
const conditions = (spec: Partial<Service["spec"]>, ...pods: Pod[]) => planEndpointSlices(service(spec), pods).flatMap(({ endpoints }) => endpoints.map((endpoint) => endpoint.conditions));

describe("planEndpointSlices", () => {
  const cases: [name: string, spec: Partial<Service["spec"]>, pods: Pod, expected: object][] = [
    ["a ready pod", {}, pod("a"), { ready: true, serving: true, terminating: false }],
    ["a pod that is not ready", {}, pod("a", { ready: false }), { ready: false, serving: false, terminating: false }],
    ["a pod that terminates and still serves", {}, pod("a", { deleting: true }), { ready: false, serving: true, terminating: true }],
    ["a pod that terminates and does not serve", {}, pod("a", { deleting: true, ready: false }), { ready: false, serving: false, terminating: true }],
    ["publishNotReadyAddresses", { publishNotReadyAddresses: true }, pod("a", { ready: false }), { ready: true, serving: false, terminating: false }],
  ];
  it.each(cases)("%s", (_name, spec, one, expected) => expect(conditions(spec, one)).toEqual([expected]));

  it("makes none without a selector, and one empty slice without pods", () => {
    const { selector: _selector, ...spec } = service().spec;
    expect(planEndpointSlices({ ...service(), spec }, [pod("a")])).toEqual([]);
    expect(planEndpointSlices(service(), [pod("a", { labels: {} })])).toMatchObject([{ endpoints: [], ports: [] }]);
  });

  it("groups pods by what the named port is with them, at most 100 a slice", () => {
    const pods = [...Array.from({ length: 101 }, (_, index) => pod(`a${index}`)), pod("b", { port: 9090 })];
    const slices = planEndpointSlices(service(), pods);
    expect(slices.map(({ ports, endpoints }) => [ports?.[0]?.port, endpoints.length])).toEqual([[8080, 100], [8080, 1], [9090, 1]]);
    expect(new Set(slices.map(({ metadata }) => metadata.name)).size).toBe(3);
  });
});
