/** How long kube-proxies may take to act on a slice. */
export const propagationMs = 3_000;
