import type { RequestHead } from "../http/parse-request-head.ts";

/** Hops that a request may have made between clusters before it is taken for a loop. */
export const hopsMax = 4;
export const viaName = "1.1 sluice";
/** Field lines that ask for another protocol, or say that it follows. */
export const upgradeLines = { websocket: "Connection: Upgrade\r\nUpgrade: websocket\r\n" } as const;

/**
 * The head that goes to an endpoint or gateway, re-serialised from what was understood. `role` says which listener the
 * request came by: a service port appends to X-Forwarded-For only; a gateway, which trusts nobody's, sets all three.
 * `kept`: the field lines that travel on, if they are not the request's own.
 */
export function writeRequestHead(head: RequestHead, target: string, caller: string, role: "service" | "gateway", toGateway: boolean, kept = head.fields.kept): string {
  const { fields } = head;
  const forwardedFor = fields.forwardedFor === "" ? caller : `${fields.forwardedFor}, ${caller}`;
  let text = `${head.method} ${target} HTTP/1.1\r\nHost: ${fields.host}\r\n${kept}X-Forwarded-For: ${forwardedFor}\r\n`;
  if (role === "gateway") {
    text += `X-Forwarded-Proto: http\r\nX-Forwarded-Host: ${fields.host}\r\n`;
    text += `Via: ${fields.via === "" ? viaName : `${fields.via}, ${viaName}`}\r\n`;
  } else if (fields.via !== "") text += `Via: ${fields.via}\r\n`;
  if (toGateway) text += `Sluice-Hops: ${hopsOf(head) + 1}\r\n`;
  // Connection is one field; an answer with trailers is not what an upgrade is about.
  if (head.upgrade !== null) text += upgradeLines[head.upgrade];
  else if (fields.teTrailers) text += "TE: trailers\r\nConnection: TE\r\n";
  if (fields.chunked) text += "Transfer-Encoding: chunked\r\n";
  else if (fields.contentLength !== -1) text += `Content-Length: ${fields.contentLength}\r\n`;
  return `${text}\r\n`;
}

/** Gateways that a request has passed: what the link says, or what Via shows; the larger. */
export function hopsOf(head: RequestHead): number {
  let seen = 0;
  const { via } = head.fields;
  if (via !== "") for (const entry of via.split(",")) if (entry.trim() === viaName) seen++;
  return Math.max(seen, head.fields.hops);
}
