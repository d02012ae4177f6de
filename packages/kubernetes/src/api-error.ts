/** metav1.Status as an API server sends it. */
export interface StatusBody {
  kind: "Status";
  apiVersion: "v1";
  status: "Failure";
  code: number;
  reason: string;
  message: string;
  details?: {
    name?: string;
    group?: string;
    kind?: string;
    causes?: { reason?: string; message?: string; field?: string }[];
    retryAfterSeconds?: number;
  };
}

/** The API server answered with a failure. `reason` is metav1.StatusReason: NotFound, Conflict, Invalid, Gone, … */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: number;
  readonly reason: string;
  readonly status: StatusBody | undefined;
  /** Whole seconds after which to ask again (RFC 9110, 10.2.3), where the server says so: 429, 503, 504. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: number, reason: string, message: string, status?: StatusBody, retryAfterSeconds = status?.details?.retryAfterSeconds) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** There was no answer: refused, reset, timed out, or TLS failed. `cause` has the reason. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  readonly code: "refused" | "reset" | "timeout" | "tls" | "dns" | "aborted" | "other";

  constructor(code: ConnectionError["code"], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
