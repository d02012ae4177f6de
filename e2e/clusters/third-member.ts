import type { Kubectl } from "../ground/kubectl.ts";
import type { Terminal } from "../ground/terminal.ts";
import type { WalkThroughStep } from "../story/parse-walk-through.ts";

const stepMsMax = 700_000;

/** A step of docs/install.md that is done for both members, done for this cluster. */
function doneFor(cluster: string, { script }: WalkThroughStep): string {
  return script.replace("for cluster in 1-23 1-25; do", `for cluster in ${cluster}; do`);
}

/** The member's parts in a cluster whose namespace is there. Answers what was printed. */
export async function addMember(terminal: Terminal, cluster: string): Promise<string> {
  return await terminal.run(`helm --kube-context ${cluster} install sluice-member deploy/charts/sluice-member -n sluice-system --set gateway.type=NodePort --wait --timeout 5m`, stepMsMax);
}

/** Joins a cluster, or joins it anew, as docs/install.md joins all. */
export async function joinByInstructions(terminal: Terminal, steps: readonly WalkThroughStep[], cluster: string): Promise<void> {
  const scripts = steps.filter(({ heading }) => heading === "Join them").map((step) => doneFor(cluster, step));
  if (scripts.length !== 2) throw new Error(`docs/install.md joins by ${scripts.length} steps, not by two`);
  await terminal.run(scripts.join("\n"), stepMsMax);
}

/** What docs/install.md joins a member by. */
export async function kubeconfigOfMember(terminal: Terminal, steps: readonly WalkThroughStep[], cluster: string): Promise<string> {
  const step = steps.find(({ script }) => script.includes("> $cluster.kubeconfig"));
  if (step === undefined) throw new Error("docs/install.md has no step that writes $cluster.kubeconfig");
  return await terminal.run(`${doneFor(cluster, step)}\ncat ${cluster}.kubeconfig\nrm ${cluster}.kubeconfig`, stepMsMax);
}

/** Takes away the member's parts. Answers what was printed. */
export async function uninstallMember(terminal: Terminal, cluster: string): Promise<string> {
  return await terminal.run(`helm --kube-context ${cluster} uninstall sluice-member -n sluice-system --wait --timeout 12m`, stepMsMax);
}

/** Takes away what the story put into the cluster, and the member's parts. Answers what was printed. */
export async function removeMember(terminal: Terminal, cluster: string): Promise<string> {
  const deleted = await terminal.run(`kubectl --context ${cluster} delete namespace httpbin curl`, stepMsMax);
  return deleted + (await uninstallMember(terminal, cluster));
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
