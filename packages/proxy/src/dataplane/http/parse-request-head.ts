import { classifyBadHead } from "./classify-bad-head.ts";
import { MessageFields } from "./message-fields.ts";
import { type Refusal, refusals } from "./refusal.ts";
import { type ScanOptions, scanFields } from "./scan-fields.ts";

/** A request's head, understood. `fields.kept` is what travels on. */
export interface RequestHead {
  readonly method: string;
  /** Origin form ("/path?query") or "*"; an absolute form is already reduced and its authority is `fields.host`. */
  readonly target: string;
  readonly minor: 0 | 1;
  readonly fields: MessageFields;
  /** The protocol that the connection is to go on with; null: none, or none that is served, which leaves an ordinary request. */
  readonly upgrade: "websocket" | null;
}

// One expression over the whole head: everything that it does not match is refused, and only then looked at closely.
// The character classes never overlap with what follows them, so it cannot backtrack badly.
const pattern =
  /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([\x21-\x7e\x80-\xff]+) HTTP\/1\.([01])\r\n(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*\r\n)*\r\n$/;
const absoluteForm = /^https?:\/\/([^/?#@]+)([/?].*)?$/i;

/** Parses a request head (latin1 text that ends with its empty line) or says which rule it broke (RFC 9112 2, 3, 6). */
export function parseRequestHead(head: string, options: ScanOptions): RequestHead | Refusal {
  const match = pattern.exec(head);
  if (match === null) return refusals[classifyBadHead(head)];
  const method = match[1] as string;
  const fields = new MessageFields();
  const minor = match[3] === "0" ? 0 : 1;
  const broken = scanFields(head, head.indexOf("\r\n") + 2, head.length - 2, fields, options);
  if (broken !== null) return refusals[broken];
  if (fields.hostCount !== 1) return refusals.host_count;
  if (minor === 0 && fields.chunked) return refusals.transfer_encoding_in_1_0;
  if (method === "CONNECT") return refusals.connect_refused;
  const target = originForm(match[2] as string, method, fields);
  return target === null ? refusals.bad_start_line : { method, target, minor, fields, upgrade: fields.upgrade === "" ? null : upgradeOf(method, minor, fields) };
}

/** A WebSocket's handshake is a GET of HTTP/1.1 without a body (RFC 6455 4.1); 1.0 has no Upgrade (RFC 9110 7.8). */
function upgradeOf(method: string, minor: 0 | 1, fields: MessageFields): "websocket" | null {
  if (method !== "GET" || minor === 0 || !fields.upgradeOption || fields.chunked || fields.contentLength > 0) return null;
  return fields.upgrade.split(",").some((protocol) => protocol.trim() === "websocket") ? "websocket" : null;
}

/** Whether parsing gave a refusal. */
export function isRefusal(result: object): result is Refusal {
  return "rule" in result;
}

/** Origin form of a request target; of the absolute form the authority replaces Host (RFC 9112 3.2.2). */
function originForm(target: string, method: string, fields: MessageFields): string | null {
  if (target.charCodeAt(0) === 0x2f) return target;
  if (target === "*") return method === "OPTIONS" ? target : null;
  const match = absoluteForm.exec(target);
  if (match === null) return null;
  fields.host = match[1] as string;
  const rest = match[2] ?? "/";
  return rest.startsWith("/") ? rest : `/${rest}`;
}
