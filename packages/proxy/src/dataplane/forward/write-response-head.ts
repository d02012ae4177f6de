import type { ResponseHead } from "../http/parse-response-head.ts";
import { upgradeLines, viaName } from "./write-request-head.ts";

/** How the body of an answer goes to the caller. */
export type ResponseFraming = "none" | "length" | "chunked" | "until-close";

/** Framing towards a caller of HTTP/1.`minor` for a body that came with `framing` (RFC 9112 6.3). */
export function responseFraming(framing: ResponseFraming, minor: 0 | 1): ResponseFraming {
  if (framing === "none" || framing === "length") return framing;
  return minor === 1 ? "chunked" : "until-close";
}

/** Names the cluster that answered, for callers that asked for it with `sluice-probe`. */
const answeredByField = "sluice-answered-by";

export interface AnswerContext {
  readonly role: "service" | "gateway";
  readonly close: boolean;
  /** null: the caller did not ask. */
  readonly answeredBy: string | null;
  /** Field line that gives the caller a new session; empty: none. */
  readonly sessionField: string;
}

/** The head that goes to the caller. A bodiless answer keeps its Content-Length (HEAD, 304), but 204 and 1xx have none. */
export function writeResponseHead(head: ResponseHead, framing: ResponseFraming, { role, close, answeredBy, sessionField }: AnswerContext): string {
  const { fields, status } = head;
  let text = `HTTP/1.1 ${status} ${head.reason}\r\n${fields.kept}${sessionField}`;
  if (answeredBy !== null) text += `${answeredByField}: ${answeredBy}\r\n`;
  if (role === "gateway") text += `Via: ${viaName}\r\n`;
  if (framing === "chunked") text += "Transfer-Encoding: chunked\r\n";
  else if (fields.contentLength !== -1 && status !== 204 && status !== 101) text += `Content-Length: ${fields.contentLength}\r\n`;
  if (close) text += "Connection: close\r\n";
  return `${text}\r\n`;
}

/** A 101: what follows is of the other protocol. It has no content, whatever its fields say (RFC 9110 15.2.2). */
export function writeUpgradeHead(head: ResponseHead, upgrade: keyof typeof upgradeLines, { role, answeredBy, sessionField }: Omit<AnswerContext, "close">): string {
  return writeResponseHead(head, "none", { role, close: false, answeredBy, sessionField: sessionField + upgradeLines[upgrade] });
}

/** An interim answer (1xx): fields only. */
export function writeInterimHead(head: ResponseHead): string {
  return `HTTP/1.1 ${head.status} ${head.reason}\r\n${head.fields.kept}\r\n`;
}
