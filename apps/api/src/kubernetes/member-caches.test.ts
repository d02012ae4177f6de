import { kinds } from "@sluice/kubernetes/kinds";
import type { ServiceExport } from "@sluice/shared/export/service-export-schema";
import type { GlobalTrafficPolicy } from "@sluice/shared/policy/global-traffic-policy-schema";
import { afterEach, expect, it } from "vitest";
import { exportHttpbin, TestSet } from "../testing/test-clusters.ts";
import { startCaches } from "./member-caches.ts";

const set = new TestSet();
afterEach(() => set.end());

it("who wrote which field is kept of policies only, and stays in what is replaced without it", async () => {
  const member = await set.cluster("1-23");
  const { client } = member;
  await exportHttpbin(member);
  const metadata = { namespace: "httpbin", name: "httpbin" };
  await client.create(kinds.globalTrafficPolicies, { apiVersion: "flomesh.io/v1alpha1", kind: "GlobalTrafficPolicy", metadata, spec: { lbType: "Locality" } } as GlobalTrafficPolicy);
  await client.create(kinds.pods, { apiVersion: "v1", kind: "Pod", metadata, spec: { containers: [{ name: "a", image: "a" }] } });
  const caches = startCaches(client, () => undefined, () => undefined);
  try {
    await Promise.all(Object.values(caches).map((cache) => cache.synced()));
    const exported = caches.serviceExports.get("httpbin/httpbin");
    expect(exported?.spec.rules).toHaveLength(1);
    expect(exported?.metadata.managedFields).toBeUndefined();
    expect(caches.services.get("httpbin/httpbin")?.metadata.managedFields).toBeUndefined();
    expect(caches.policies.get("httpbin/httpbin")?.metadata.managedFields?.length).toBeGreaterThan(0);
    expect(caches.pods.get("httpbin/httpbin")).toMatchObject({ metadata, spec: { containers: [] } });
    const replaced = await client.replace(kinds.serviceExports, { ...(exported as ServiceExport), spec: { ...(exported as ServiceExport).spec, sessionSticky: true } });
    expect(replaced.metadata.managedFields?.length).toBeGreaterThan(0);
  } finally {
    await Promise.all(Object.values(caches).map((cache) => cache.stop()));
  }
});
