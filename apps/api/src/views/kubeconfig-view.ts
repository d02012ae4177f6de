/** clusters.checkKubeconfig: what was understood of a pasted kubeconfig, and what its cluster answered. */
export interface KubeconfigCheckView {
  /** null when the text was refused. */
  understood: {
    context: string;
    cluster: string;
    server: string;
    user: string;
    authentication: "token" | "client-certificate" | "password" | "none";
  } | null;
  /** Why it was refused: same reasons as the condition Managed. `field` is the place in the document, "" for all of it. */
  refusal: { reason: string; field: string; message: string; remedy: string } | null;
  checks: {
    id: "reachable" | "rights" | "crds" | "proxies" | "expiry";
    outcome: "pass" | "warn" | "fail" | "skipped";
    message: string;
  }[];
}
