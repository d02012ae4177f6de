import { classifyBadHead } from "./classify-bad-head.ts";
import { MessageFields } from "./message-fields.ts";
import { type Refusal, refusals } from "./refusal.ts";
import { scanFields } from "./scan-fields.ts";

/** A response's head, understood. */
export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  readonly minor: 0 | 1;
  readonly fields: MessageFields;
}

const pattern =
  /^HTTP\/1\.([01]) ([1-5][0-9][0-9])(?: ([\t\x20-\x7e\x80-\xff]*))?\r\n(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*\r\n)*\r\n$/;
const options = { dropForwarded: false, response: true };

/** Parses a response head (latin1 text that ends with its empty line) or says which rule it broke (RFC 9112 4, 6). */
export function parseResponseHead(head: string): ResponseHead | Refusal {
  const match = pattern.exec(head);
  if (match === null) return refusals[classifyBadHead(head)];
  const fields = new MessageFields();
  const broken = scanFields(head, head.indexOf("\r\n") + 2, head.length - 2, fields, options);
  if (broken !== null) return refusals[broken];
  const minor = match[1] === "0" ? 0 : 1;
  if (minor === 0 && fields.chunked) return refusals.transfer_encoding_in_1_0;
  return { status: Number(match[2]), reason: match[3] ?? "", minor, fields };
}
