export type KubeconfigErrorCode =
  | "not_yaml"
  | "too_large"
  | "bad_field"
  | "missing_context"
  | "exec_refused"
  | "auth_provider_refused"
  | "file_path_refused"
  | "proxy_url_refused"
  | "insecure_refused"
  | "impersonation_refused"
  | "no_credentials"
  | "unreadable_file";

/** A kubeconfig can't be used: `field` says where, `remedy` what to do. */
export class KubeconfigError extends Error {
  override readonly name = "KubeconfigError";
  readonly code: KubeconfigErrorCode;
  /** Path in the document, e.g. `users[2].user.exec`. */
  readonly field: string;
  readonly remedy: string;

  constructor(code: KubeconfigErrorCode, field: string, message: string, remedy: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.field = field;
    this.remedy = remedy;
  }
}
