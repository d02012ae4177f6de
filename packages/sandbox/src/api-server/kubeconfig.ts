/** A kubeconfig (YAML) with one context, named as the cluster; the CA is inline, the user has a bearer token. */
export function kubeconfigFor(cluster: { name: string; server: string; caPem: string; token: string; namespace?: string | undefined }): string {
  // Strings of JSON are strings of YAML too. A name without these quotes could be read as a number.
  const [name, token] = [cluster.name, cluster.token].map((text) => JSON.stringify(text));
  return `apiVersion: v1
kind: Config
current-context: ${name}
clusters:
  - name: ${name}
    cluster:
      server: ${cluster.server}
      certificate-authority-data: ${Buffer.from(cluster.caPem).toString("base64")}
users:
  - name: ${name}
    user:
      token: ${token}
contexts:
  - name: ${name}
    context:
      cluster: ${name}
      user: ${name}
${cluster.namespace === undefined ? "" : `      namespace: ${JSON.stringify(cluster.namespace)}\n`}`;
}
