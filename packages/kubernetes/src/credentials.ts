/** How to reach an API server and who to be there: the parsed form of a kubeconfig's context or of an in-cluster account. */
export interface Credentials {
  /** Base address, without a trailing slash; may have a path prefix. */
  readonly server: string;
  /** PEM of the authorities that may sign the server's certificate; absent: the system's. */
  readonly authority?: string;
  /** PEM client certificate and key. */
  readonly client?: { readonly certificate: string; readonly key: string };
  /** Asked before every request, so that a rotated token is used at once. */
  readonly token?: () => string;
  /** Name to expect in the server's certificate instead of the host. */
  readonly serverName?: string;
  /** Accept any certificate. Only ever set when an administrator allowed it. */
  readonly insecure?: boolean;
  /** The context's namespace. */
  readonly namespace?: string;
}
