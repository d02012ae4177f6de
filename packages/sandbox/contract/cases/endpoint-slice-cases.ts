import assert from "node:assert/strict";
import { expectCode, expectFailure, type ApiCase } from "../api-case.ts";

interface SliceOptions {
  addressType?: string;
  addresses?: string[][];
  ports?: unknown[];
}

const slice = ({ addressType = "IPv4", addresses = [["10.1.2.3"]], ports = [{ name: "http", port: 8080, protocol: "TCP" }] }: SliceOptions = {}, name = "web-1"): Record<string, unknown> => ({
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: { name, labels: { "kubernetes.io/service-name": "web", "endpointslice.kubernetes.io/managed-by": "sluice.dev" } },
  addressType,
  endpoints: addresses.map((each) => ({ addresses: each, conditions: { ready: false, serving: true, terminating: true }, targetRef: { kind: "Pod", name: "web-1" }, nodeName: "node", zone: "a" })),
  ports,
});

/** EndpointSlices: what the attachment controller writes, and what it must not. */
export const endpointSliceCases: readonly ApiCase[] = [
  {
    name: "an EndpointSlice is kept as written, and replaced by whoever read its last version",
    async run({ api, namespace }) {
      const base = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
      const made = expectCode(await api.create(base, slice()), 201).body;
      assert.deepEqual(made["endpoints"], slice()["endpoints"]);
      const { uid, resourceVersion } = made["metadata"]! as unknown as Record<string, string>;
      const next = slice({ addresses: [["10.1.2.3"], ["10.1.2.4"]] });
      const metadata = { ...(next["metadata"] as object), uid, resourceVersion };
      const replaced = expectCode(await api.replace(`${base}/web-1`, { ...next, metadata }), 200).body;
      assert.equal(replaced["endpoints"]!["length"], 2);
      assert.equal(replaced["metadata"]!["generation"], 2);
      expectFailure(await api.replace(`${base}/web-1`, { ...next, metadata }), 409, "Conflict");
      expectFailure(await api.delete(`${base}/web-1`, { preconditions: { uid: "00000000-0000-0000-0000-000000000000" } }), 409, "Conflict");
    },
  },
  {
    name: "faults of an EndpointSlice are 422, each with its path",
    async run({ api, namespace }) {
      const base = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
      const causes = async (options: SliceOptions): Promise<string[]> => {
        const answer = expectFailure(await api.create(base, slice(options)), 422, "Invalid", 'EndpointSlice.discovery.k8s.io "web-1" is invalid');
        return (answer.body["details"]!["causes"] as unknown as { field: string; message: string }[]).map((cause) => `${cause.field}: ${cause.message}`);
      };
      assert.deepEqual(await causes({ addressType: "IPv5" }), ['addressType: Unsupported value: "IPv5": supported values: "FQDN", "IPv4", "IPv6"']);
      assert.deepEqual(await causes({ addresses: [[]] }), ["endpoints[0].addresses: Required value: must contain at least 1 address"]);
      assert.deepEqual(await causes({ addresses: [["web.example.com"]] }), ['endpoints[0].addresses[0]: Invalid value: "web.example.com": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']);
      assert.deepEqual(await causes({ addresses: [["::1:2"]] }), ['endpoints[0].addresses: Invalid value: "::1:2": must be an IPv4 address']);
      assert.deepEqual(await causes({ addresses: Array.from({ length: 1001 }, (_, index) => [`10.1.${index >> 8}.${index & 255}`]) }), ["endpoints: Too many: 1001: must have at most 1000 items"]);
      assert.deepEqual(await causes({ ports: [{ port: 80 }, { port: 81 }] }), ['ports[1].name: Duplicate value: ""']);
      assert.deepEqual(await causes({ ports: [{ port: 80, protocol: "HTTP" }] }), ['ports[0].protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP"']);
    },
  },
  {
    name: "the address type of an EndpointSlice can't be changed; ports get their protocol",
    async run({ api, namespace }) {
      const base = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
      const made = expectCode(await api.create(base, slice({ ports: [{ port: 80 }] })), 201).body;
      assert.deepEqual(made["ports"], [{ name: "", port: 80, protocol: "TCP" }]);
      const changed = slice({ addressType: "IPv6", addresses: [["2001:db8::1"]] });
      expectFailure(await api.replace(`${base}/web-1`, changed), 422, "Invalid", 'addressType: Invalid value: "IPv6": field is immutable');
    },
  },
];
