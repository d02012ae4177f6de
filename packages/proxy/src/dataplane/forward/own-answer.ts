import type { Refusal } from "../http/refusal.ts";

/** Stable codes of the answers that this proxy gives itself, and of answers that broke off. */
export type FailureCode =
  | "no_local_endpoints"
  | "no_healthy_target"
  | "dial_failed"
  | "dial_timeout"
  | "upstream_closed"
  | "bad_response"
  | "upstream_truncated"
  | "bad_request_body"
  | "unknown_path"
  | "bad_path"
  | "caller_not_identified"
  | "loop_detected";

interface Meaning {
  readonly status: number;
  /** Error type of RFC 9209 2.3. */
  readonly proxyStatus: string;
  readonly message: string;
}

export const ownAnswers: Readonly<Record<FailureCode, Meaning>> = {
  no_local_endpoints: meaning(503, "destination_unavailable", "The service has no ready endpoint in this cluster."),
  no_healthy_target: meaning(503, "destination_unavailable", "No cluster that the policy names can serve the request now."),
  dial_failed: meaning(503, "connection_refused", "No endpoint accepted a connection."),
  dial_timeout: meaning(504, "connection_timeout", "No endpoint accepted a connection in time."),
  upstream_closed: meaning(502, "connection_terminated", "The endpoint closed the connection before it answered."),
  bad_response: meaning(502, "http_protocol_error", "The endpoint's answer is not proper HTTP/1."),
  upstream_truncated: meaning(502, "http_response_incomplete", "The endpoint's answer broke off."),
  bad_request_body: meaning(400, "http_request_error", "The request's body is malformed."),
  unknown_path: meaning(404, "destination_not_found", "No export of this cluster has this path."),
  bad_path: meaning(400, "http_request_error", "The path holds a dot segment; send it resolved."),
  caller_not_identified: meaning(403, "http_request_denied", "This export is not open to callers without an identity."),
  loop_detected: meaning(508, "proxy_loop_detected", "The request passed too many gateways; the configuration loops."),
};

function meaning(status: number, proxyStatus: string, message: string): Meaning {
  return { status, proxyStatus, message };
}

const reasons: Readonly<Record<number, string>> = {
  200: "OK",
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  408: "Request Timeout",
  431: "Request Header Fields Too Large",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  505: "HTTP Version Not Supported",
  508: "Loop Detected",
};

export interface AnswerText {
  readonly head: string;
  readonly body: string;
}

/** Text of a failure's answer, without the Connection field and the empty line that end its head. */
export function failureAnswer(code: FailureCode, service: string | null, target: string | null): AnswerText {
  const { status, proxyStatus, message } = ownAnswers[code];
  return jsonAnswer(status, { code, message, service, target }, proxyStatus, code);
}

export function refusalAnswer(refusal: Refusal): AnswerText {
  const error = refusal.status === 431 ? "http_request_error" : "http_request_denied";
  return jsonAnswer(refusal.status, { code: refusal.rule, message: refusal.message, service: null, target: null }, error, refusal.rule);
}

/** A JSON answer of the proxy's own that is not an error. */
export function plainAnswer(value: unknown): AnswerText {
  return jsonAnswer(200, value, null, "");
}

function jsonAnswer(status: number, value: unknown, proxyStatus: string | null, details: string): AnswerText {
  const body = Buffer.from(`${JSON.stringify(value)}\n`).toString("latin1");
  const note = proxyStatus === null ? "" : `Proxy-Status: sluice; error=${proxyStatus}; details="${details}"\r\n`;
  return {
    head: `HTTP/1.1 ${status} ${reasons[status] ?? ""}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n${note}`,
    body,
  };
}
