import { isDeepStrictEqual } from "node:util";
import type { GlobalTrafficPolicy, GlobalTrafficPolicyStatus } from "@sluice/shared/policy/global-traffic-policy-schema";
import { ApiError } from "@sluice/kubernetes/api-error";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { kinds } from "@sluice/kubernetes/kinds";

/** Writes the status where it differs from what the policy says already; a policy that is gone needs none. */
export async function writePolicyStatus(client: KubernetesClient, policy: GlobalTrafficPolicy, status: GlobalTrafficPolicyStatus): Promise<void> {
  if (isDeepStrictEqual(plain(policy.status), plain(status))) return;
  // Tested by uid only: the status speaks of its observedGeneration, whatever the spec is by now.
  const patch = [{ op: "test", path: "/metadata/uid", value: policy.metadata.uid }, { op: "add", path: "/status", value: status }] as const;
  try {
    await client.patch(kinds.globalTrafficPolicies, policy.metadata, { type: "json", body: patch }, { subresource: "status" });
  } catch (error) {
    if (!(error instanceof ApiError && (error.code === 404 || error.code === 422))) throw error;
  }
}

/** As it would be on the wire. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
