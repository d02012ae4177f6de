import { stringify } from "yaml";

/** A kubeconfig (YAML) with one context, named as the cluster; the CA is inline, the user has a bearer token. */
export function kubeconfigFor(cluster: { name: string; server: string; caPem: string; token: string; namespace?: string | undefined }): string {
  const { name } = cluster;
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [{ name, cluster: { server: cluster.server, "certificate-authority-data": Buffer.from(cluster.caPem).toString("base64") } }],
    users: [{ name, user: { token: cluster.token } }],
    contexts: [{ name, context: { cluster: name, user: name, ...(cluster.namespace === undefined ? {} : { namespace: cluster.namespace }) } }],
  });
}
