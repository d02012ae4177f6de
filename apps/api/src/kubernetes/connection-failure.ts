import { ApiError, ConnectionError } from "@sluice/kubernetes/api-error";
import { KubeconfigError, type KubeconfigErrorCode } from "@sluice/kubernetes/kubeconfig-error";

/** Why a member is not connected: a condition's reason, and what to do about it. */
export interface ConnectionFailure {
  readonly reason: string;
  readonly message: string;
  /** False: waiting does not help, a person must change something. */
  readonly temporary: boolean;
}

const kubeconfigReasons: Readonly<Record<KubeconfigErrorCode, string>> = {
  not_yaml: "KubeconfigInvalid",
  too_large: "KubeconfigTooLarge",
  bad_field: "KubeconfigInvalid",
  missing_context: "KubeconfigInvalid",
  exec_refused: "ExecNotAllowed",
  auth_provider_refused: "AuthProviderNotAllowed",
  file_path_refused: "FilePathNotAllowed",
  proxy_url_refused: "ProxyUrlNotAllowed",
  insecure_refused: "InsecureNotAllowed",
  impersonation_refused: "ImpersonationNotAllowed",
  no_credentials: "NoCredentials",
  unreadable_file: "FilePathNotAllowed",
};

/** What a kubeconfig is refused for: same reasons as the condition Managed; `field` is its place in the document, or "". */
export function kubeconfigRefusal({ code, field, message, remedy }: KubeconfigError): { reason: string; field: string; message: string; remedy: string } {
  return { reason: kubeconfigReasons[code], field, message, remedy };
}

/** What a failed call to a member's API server means for people. `what` names what was asked, e.g. "services". */
export function connectionFailure(error: unknown, what: string): ConnectionFailure {
  if (error instanceof KubeconfigError) {
    return { reason: kubeconfigReasons[error.code], message: `${placeOf(error)}${error.message} ${error.remedy}`, temporary: false };
  }
  if (error instanceof ApiError) return answerFailure(error, what);
  if (error instanceof ConnectionError) return silenceFailure(error);
  return { reason: "Unreachable", message: `the member's API server can't be used: ${textOf(error)}`, temporary: true };
}

/** Where in the document it is, unless the message says so itself. */
function placeOf({ field, message }: KubeconfigError): string {
  return field === "" || message.includes(field) ? "" : `${field}: `;
}

function answerFailure(error: ApiError, what: string): ConnectionFailure {
  switch (error.code) {
    case 401:
      return { reason: "Unauthorized", message: "the member's API server does not accept the credentials; make new ones and replace the kubeconfig in the Secret", temporary: false };
    case 403:
      return { reason: "Forbidden", message: `the credentials may not read ${what}; grant the role for members to their account: ${error.message}`, temporary: false };
    case 404:
      return { reason: "MissingCRDs", message: `the member has no ${what}; install the CRDs there: kubectl apply -f deploy/crds`, temporary: false };
    default:
      return { reason: "Unreachable", message: `the member's API server answered ${error.code} ${error.reason} for ${what}: ${error.message}`, temporary: true };
  }
}

function silenceFailure(error: ConnectionError): ConnectionFailure {
  const detail = textOf(error);
  if (/CERT_HAS_EXPIRED|certificate has expired|certificate expired/i.test(`${causeCode(error)} ${detail}`)) {
    return { reason: "CertificateExpired", message: `a certificate has expired; renew the server's or the kubeconfig's certificate: ${detail}`, temporary: false };
  }
  if (error.code === "tls") {
    return { reason: "CertificateNotTrusted", message: `the server's certificate is not trusted; give its certificate-authority-data: ${detail}`, temporary: false };
  }
  return { reason: "Unreachable", message: `no answer from the member's API server; check the address in the kubeconfig and the network between: ${detail}`, temporary: true };
}

function causeCode(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const { code } = at as { code?: unknown };
    if (typeof code === "string" && code.startsWith("CERT_")) return code;
  }
  return "";
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
