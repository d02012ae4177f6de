import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { run } from "../host/run.ts";
import type { Cluster, Node } from "../set/cluster-set.ts";

interface Subject {
  /** User name to Kubernetes. */
  commonName: string;
  /** Group to Kubernetes. */
  organization?: string;
  /** `IP:…` and `DNS:…`; absent: a client's certificate. */
  alternativeNames?: readonly string[];
}

const daysValid = 3650;

function opensslConfig({ commonName, organization, alternativeNames }: Subject, authority: boolean): string {
  const extensions = authority
    ? ["basicConstraints = critical, CA:TRUE", "keyUsage = critical, keyCertSign, cRLSign", "subjectKeyIdentifier = hash"]
    : ["basicConstraints = critical, CA:FALSE", "keyUsage = critical, digitalSignature", `extendedKeyUsage = ${alternativeNames === undefined ? "clientAuth" : "serverAuth"}`, "authorityKeyIdentifier = keyid"];
  if (alternativeNames !== undefined) extensions.push(`subjectAltName = ${alternativeNames.join(", ")}`);
  const names = [...(organization === undefined ? [] : [`O = ${organization}`]), `CN = ${commonName}`];
  return ["[req]", "prompt = no", "distinguished_name = names", "x509_extensions = extensions", "[names]", ...names, "[extensions]", ...extensions, ""].join("\n");
}

/** Key and certificate are there as NAME.key and NAME.crt; without `authority` it signs itself, as an authority. */
async function ensureCertificate(folder: string, name: string, subject: Subject, authority?: string): Promise<void> {
  if (existsSync(path.join(folder, `${name}.crt`))) return;
  const half = mkdtempSync(path.join(folder, "half-"));
  try {
    const config = path.join(half, "config");
    writeFileSync(config, opensslConfig(subject, authority === undefined));
    const signer = authority === undefined ? [] : ["-CA", path.join(folder, `${authority}.crt`), "-CAkey", path.join(folder, `${authority}.key`)];
    const [key, certificate] = [path.join(half, "key"), path.join(half, "crt")];
    await run("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", String(daysValid), "-config", config, "-keyout", key, "-out", certificate, ...signer]);
    renameSync(key, path.join(folder, `${name}.key`));
    renameSync(certificate, path.join(folder, `${name}.crt`));
  } finally {
    rmSync(half, { recursive: true, force: true });
  }
}

export function pkiFolder(cluster: Cluster): string {
  return path.join(cluster.folder, "pki");
}

/** Who the kubelet of a node is to the API server. */
export function nodeUser(node: Node): string {
  return `node-${node.name}`;
}

/** The cluster's authority, the API server's certificates, one for each client, and the key of the service accounts. */
export async function ensurePki(cluster: Cluster): Promise<void> {
  const folder = pkiFolder(cluster);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  await ensureCertificate(folder, "ca", { commonName: `${cluster.name} authority` });
  const serviceNames = ["kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local", "localhost"];
  const alternativeNames = [`IP:${cluster.controlPlane.address}`, "IP:10.96.0.1", "IP:127.0.0.1", ...serviceNames.map((name) => `DNS:${name}`)];
  await ensureCertificate(folder, "apiserver", { commonName: "kube-apiserver", alternativeNames }, "ca");
  const clients: Record<string, Subject> = {
    "apiserver-kubelet-client": { commonName: "kube-apiserver-kubelet-client", organization: "system:masters" },
    admin: { commonName: "kubernetes-admin", organization: "system:masters" },
    "kube-controller-manager": { commonName: "system:kube-controller-manager" },
    "kube-scheduler": { commonName: "system:kube-scheduler" },
    "kube-proxy": { commonName: "system:kube-proxy" },
    ...Object.fromEntries(cluster.nodes.map((node) => [nodeUser(node), { commonName: `system:node:${node.name}`, organization: "system:nodes" }])),
  };
  for (const [name, subject] of Object.entries(clients)) await ensureCertificate(folder, name, subject, "ca");
  if (!existsSync(path.join(folder, "sa.key"))) {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048, privateKeyEncoding: { type: "pkcs1", format: "pem" }, publicKeyEncoding: { type: "spki", format: "pem" } });
    writeFileSync(path.join(folder, "sa.pub"), publicKey);
    writeFileSync(path.join(folder, "sa.key"), privateKey, { mode: 0o600 });
  }
}

/** A kubeconfig with a context for each of `clusters`, each as `user` (the name of a certificate). */
export function kubeconfigOf(clusters: readonly Cluster[], user: string): string {
  const data = (cluster: Cluster, name: string) => readFileSync(path.join(pkiFolder(cluster), name)).toString("base64");
  const lines = (entries: (cluster: Cluster) => string[]) => clusters.flatMap(entries);
  // To YAML a name such as n or 123 would be no text.
  const quoted = ({ name }: Cluster) => JSON.stringify(name);
  return [
    "apiVersion: v1",
    "kind: Config",
    ...(clusters[0] === undefined ? [] : [`current-context: ${JSON.stringify(clusters[0].name)}`]),
    "clusters:",
    ...lines((cluster) => [`  - name: ${quoted(cluster)}`, "    cluster:", `      server: ${cluster.server}`, `      certificate-authority-data: ${data(cluster, "ca.crt")}`]),
    "users:",
    ...lines((cluster) => [`  - name: ${quoted(cluster)}`, "    user:", `      client-certificate-data: ${data(cluster, `${user}.crt`)}`, `      client-key-data: ${data(cluster, `${user}.key`)}`]),
    "contexts:",
    ...lines((cluster) => [`  - name: ${quoted(cluster)}`, `    context: { cluster: ${quoted(cluster)}, user: ${quoted(cluster)} }`]),
    "",
  ].join("\n");
}

/** The file of a kubeconfig by which a part of the cluster itself reaches the API server. */
export function ensureKubeconfig(cluster: Cluster, user: string): string {
  const file = path.join(pkiFolder(cluster), `${user}.kubeconfig`);
  writeFileSync(file, kubeconfigOf([cluster], user), { mode: 0o600 });
  return file;
}
