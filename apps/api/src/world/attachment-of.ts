import { inlineSelectorKey, systemNamespace } from "@sluice/shared/attachment/attachment-names";
import type { AttachmentView } from "../views/service-view.ts";
import { proxyAppName } from "./labels.ts";
import { type MemberIndex, ourSlices } from "./world-index.ts";

/**
 * How far the proxies stand in a service's path, read from the objects that kube-proxy acts on (not from what the
 * attachment controller says about them). Unknown while the member cannot be read.
 */
export function attachmentOf(index: MemberIndex, service: string): AttachmentView {
  if (index.member.link.state === "unknown") return "Unknown";
  const object = index.member.services.get(service);
  if (object === undefined) return "Detached";
  if (object.spec.selector?.[inlineSelectorKey] !== undefined) return "Inline";
  const pods = new Set(index.proxyPods.map((pod) => pod.metadata.name));
  const proxies = ourSlices(index, service)
    .flatMap((slice) => slice.endpoints)
    .filter(({ targetRef }) => targetRef?.namespace === systemNamespace && isProxy(targetRef.name ?? "", pods));
  if (proxies.some((endpoint) => endpoint.conditions?.ready !== false)) {
    // Without a selector there are no pods to stand beside: all that comes passes the proxies.
    return object.spec.selector === undefined ? "Inline" : "Beside";
  }
  return proxies.length > 0 ? "Standby" : "Detached";
}

/** A proxy that was deleted a moment ago may still stand in a slice. */
function isProxy(name: string, pods: ReadonlySet<string>): boolean {
  return pods.has(name) || name.startsWith(`${proxyAppName}-`);
}
