import { ConnectionError } from "./api-error.ts";

const codes: Readonly<Record<string, ConnectionError["code"]>> = {
  ECONNREFUSED: "refused",
  ECONNRESET: "reset",
  EPIPE: "reset",
  UND_ERR_SOCKET: "reset",
  ENOTFOUND: "dns",
  EAI_AGAIN: "dns",
  ETIMEDOUT: "timeout",
  UND_ERR_CONNECT_TIMEOUT: "timeout",
  UND_ERR_HEADERS_TIMEOUT: "timeout",
  UND_ERR_BODY_TIMEOUT: "timeout",
  UND_ERR_ABORTED: "aborted",
  UND_ERR_DESTROYED: "aborted",
  UND_ERR_CLOSED: "aborted",
  EPROTO: "tls",
};

/** What kept a request from being answered, as a `ConnectionError`; one that is already ours passes. */
export function toConnectionError(error: unknown, server: string): Error {
  if (error instanceof ConnectionError) return error;
  const code = codeOf(error);
  const detail = error instanceof Error ? error.message || error.name : String(error);
  return new ConnectionError(code, `${server}: ${detail}`, error);
}

function codeOf(error: unknown): ConnectionError["code"] {
  if (!(error instanceof Error)) return "other";
  if (error.name === "AbortError") return "aborted";
  if (error.name === "TimeoutError") return "timeout";
  const raw = (error as { code?: unknown }).code;
  const code = typeof raw === "string" ? raw : "";
  const known = codes[code];
  if (known !== undefined) return known;
  // Node names certificate failures after OpenSSL's X509_V_ERR_*, and TLS ones ERR_TLS_* or ERR_SSL_*.
  if (/^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA)/.test(code)) return "tls";
  return error.cause === undefined || error.cause === error ? "other" : codeOf(error.cause);
}
