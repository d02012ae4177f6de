import { type Deployment, kinds } from "@sluice/kubernetes/kinds";
import { inlineSelectorKey } from "@sluice/shared/attachment/attachment-names";
import { type ConsoleBackend, writableMember } from "../console-backend.ts";
import { SluiceError } from "../sluice-error.ts";
import { consoleManager } from "../world/labels.ts";

/** Restarts, one pod after the other as their Deployments say, the workloads behind a service in one cluster. */
export async function rollPods(backend: ConsoleBackend, request: { service: string; cluster: string; reason: string }): Promise<{ workloads: string[] }> {
  const { connection } = writableMember(backend, request.cluster, "cluster");
  const [namespace = ""] = request.service.split("/");
  const { [inlineSelectorKey]: _, ...selector } = connection.caches.services.get(request.service)?.spec.selector ?? {};
  const { items } = await connection.client.list(kinds.deployments, { namespace });
  const workloads = items.filter((deployment) => selects(selector, deployment)).map((deployment) => deployment.metadata.name);
  if (workloads.length === 0) {
    throw new SluiceError("PRECONDITION_FAILED", "NoWorkload", `service: no Deployment of "${request.cluster}" makes pods for "${request.service}"`, { field: "service", remedy: "restart its pods by what makes them" });
  }
  for (const name of workloads) {
    const annotations = { "kubectl.kubernetes.io/restartedAt": new Date(backend.now()).toISOString(), "sluice.dev/restart-reason": request.reason };
    await connection.client.patch(kinds.deployments, { namespace, name }, { type: "strategic", body: { spec: { template: { metadata: { annotations } } } } }, { fieldManager: consoleManager });
  }
  return { workloads };
}

function selects(selector: Record<string, string>, deployment: Deployment): boolean {
  const entries = Object.entries(selector);
  const labels = deployment.spec.template.metadata?.labels ?? {};
  return entries.length > 0 && entries.every(([key, value]) => labels[key] === value);
}
