import type { Endpoint, EndpointSlice, Service } from "@sluice/kubernetes/kinds";
import { describe, expect, it } from "vitest";
import { chooseBackends } from "./choose-backends.ts";

const service: Service = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "shop" },
  spec: { ports: [{ name: "http", port: 80, targetPort: 8080 }, { name: "dns", protocol: "UDP", port: 53 }] },
};

function slice(endpoints: Endpoint[], change: Partial<EndpointSlice> & { serviceName?: string; manager?: string } = {}): EndpointSlice {
  const { serviceName = "web", manager = "endpointslice-controller.k8s.io", ...rest } = change;
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "s", namespace: "shop", labels: { "kubernetes.io/service-name": serviceName, "endpointslice.kubernetes.io/managed-by": manager } },
    addressType: "IPv4",
    endpoints,
    ports: [{ name: "http", port: 8080 }],
    ...rest,
  };
}
const at = (ip: string, conditions?: Endpoint["conditions"]): Endpoint => ({ addresses: [ip], ...(conditions === undefined ? {} : { conditions }) });
const standby = { ready: false, serving: true, terminating: true };

describe("chooseBackends", () => {
  const cases: { name: string; slices: EndpointSlice[]; expected: string[] }[] = [
    { name: "no slice: nobody", slices: [], expected: [] },
    { name: "absent conditions mean ready", slices: [slice([at("a")])], expected: ["a:8080"] },
    { name: "not ready is out", slices: [slice([at("a", { ready: false }), at("b", { ready: true })])], expected: ["b:8080"] },
    { name: "every manager's slices count", slices: [slice([at("a")]), slice([at("p")], { manager: "sluice.dev", ports: [{ name: "http", port: 10000 }] })], expected: ["a:8080", "p:10000"] },
    { name: "terminating ones only without ready ones", slices: [slice([at("a")]), slice([at("p", standby)])], expected: ["a:8080"] },
    { name: "the terminating fallback", slices: [slice([at("a", { ready: false, serving: false, terminating: true }), at("p", standby)])], expected: ["p:8080"] },
    { name: "serving but not terminating is no fallback", slices: [slice([at("a", { ready: false, serving: true, terminating: false })])], expected: [] },
    { name: "twice the same address counts once, ready wins", slices: [slice([at("a", standby)]), slice([at("a")])], expected: ["a:8080"] },
    { name: "another service's slice is not ours", slices: [slice([at("a")], { serviceName: "other" })], expected: [] },
    { name: "ports are matched by name", slices: [slice([at("a")], { ports: [{ name: "metrics", port: 9 }] })], expected: [] },
    { name: "another protocol does not count", slices: [slice([at("a")], { ports: [{ name: "http", port: 9, protocol: "UDP" }] })], expected: [] },
    { name: "IPv6 slices are for IPv6 services", slices: [slice([at("::1")], { addressType: "IPv6" })], expected: [] },
  ];
  it.each(cases)("$name", ({ slices, expected }) => {
    const backends = chooseBackends(service, slices);
    expect([...backends.keys()]).toEqual([80]);
    expect(backends.get(80)?.map(({ ip, port }) => `${ip}:${port}`)).toEqual(expected);
  });
});
