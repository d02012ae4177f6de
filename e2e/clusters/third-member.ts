import type { Kubectl } from "../ground/kubectl.ts";
import type { Terminal } from "../ground/terminal.ts";
import type { WalkThroughStep } from "../story/parse-walk-through.ts";

const stepMsMax = 700_000;
const everyMember = "for cluster in 1-23 1-25; do";

/** The member's parts in a cluster where the control plane is installed already. */
export async function addMember(terminal: Terminal, cluster: string): Promise<void> {
  await terminal.run(`helm --kube-context ${cluster} install sluice-member deploy/charts/sluice-member -n sluice-system --set gateway.type=NodePort --wait --timeout 5m`, stepMsMax);
}

/** What docs/install.md joins a member by. */
export async function kubeconfigOfMember(terminal: Terminal, steps: readonly WalkThroughStep[], cluster: string): Promise<string> {
  const script = steps.find((step) => step.script.includes("> $cluster.kubeconfig"))?.script ?? "";
  return await terminal.run(`${script.replace(everyMember, `for cluster in ${cluster}; do`)}\ncat ${cluster}.kubeconfig\nrm ${cluster}.kubeconfig`, stepMsMax);
}

/** Takes away the member's parts and what the story put into the cluster. Answers what was printed. */
export async function removeMember(terminal: Terminal, cluster: string): Promise<string> {
  const uninstall = `helm --kube-context ${cluster} uninstall sluice-member -n sluice-system --wait --timeout 12m`;
  return await terminal.run(`kubectl --context ${cluster} delete namespace httpbin curl\n${uninstall}`, stepMsMax);
}

/** What the control plane knows of a member, so that `apply` joins it again after it left. */
export async function joinOf(controlPlane: Kubectl, member: string): Promise<string> {
  const kept = async (kind: string, name: string, fields: readonly string[]) => {
    const found = await controlPlane.json<Record<string, unknown>>(["get", kind, name, "-n", "sluice-system"]);
    return { apiVersion: found["apiVersion"], kind: found["kind"], metadata: { name, namespace: "sluice-system" }, ...Object.fromEntries(fields.map((field) => [field, found[field]])) };
  };
  const cluster = await kept("clusters.flomesh.io", member, ["spec"]);
  const items = [await kept("secret", `cluster-${member}`, ["data", "type"]), { ...cluster, metadata: { name: member } }];
  return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}
