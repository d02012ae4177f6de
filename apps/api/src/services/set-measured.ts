import { kinds } from "@sluice/kubernetes/kinds";
import { attachAnnotation } from "@sluice/shared/attachment/attachment-names";
import { type ConsoleBackend, writableMember } from "../console-backend.ts";
import { SluiceError } from "../sluice-error.ts";
import { attachReasonAnnotation, consoleManager } from "../world/labels.ts";
import { isReady } from "../world/world-index.ts";

/**
 * Asks for the proxies in a service's path at 100 % local, so that it is measured, or takes that back. Who asked, when and why
 * is recorded by the same write.
 */
export async function setMeasured(backend: ConsoleBackend, request: { service: string; cluster: string; measured: boolean; reason: string }): Promise<{ measured: boolean }> {
  const { connection, key } = writableMember(backend, request.cluster, "cluster");
  const [namespace = "", name = ""] = request.service.split("/");
  if (connection.caches.services.get(request.service) === undefined) {
    throw new SluiceError("NOT_FOUND", "ServiceNotFound", `service: "${request.cluster}" has no service "${request.service}"`, { field: "service", remedy: "choose a cluster that has it" });
  }
  if (request.measured && !backend.look().index.byKey.get(key)?.proxyPods.some(isReady)) {
    throw new SluiceError("PRECONDITION_FAILED", "NoReadyProxy", `cluster: no proxy of "${request.cluster}" is ready`, { field: "cluster", remedy: "wait until one is" });
  }
  const annotations = {
    [attachAnnotation]: request.measured ? "Inline" : null,
    [attachReasonAnnotation]: `console, ${new Date(backend.now()).toISOString()}: ${request.reason}`,
  };
  await connection.client.patch(kinds.services, { namespace, name }, { type: "merge", body: { metadata: { annotations } } }, { fieldManager: consoleManager });
  return { measured: request.measured };
}
