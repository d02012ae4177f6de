import type { FramingRule } from "./refusal.ts";
import { limits } from "./limits.ts";
import type { MessageFields } from "./message-fields.ts";

/** How a field is treated: 0 keep. The caller's side decides what is dropped besides framing and hop-by-hop fields. */
export interface ScanOptions {
  /** Drop X-Forwarded-*, which this proxy sets itself (a gateway trusts nobody's). */
  readonly dropForwarded: boolean;
  readonly response: boolean;
}

const contentLengthPattern = /^[0-9]{1,15}$/;

/**
 * Reads the field lines of a head whose syntax was already checked, `from` the first field to the empty line at
 * `end`. Switches on the name's length, so that most fields cost one comparison; kept ones are copied in runs.
 * Returns the rule that was broken, or null.
 */
export function scanFields(head: string, from: number, end: number, into: MessageFields, options: ScanOptions): FramingRule | null {
  let runStart = from;
  let count = 0;
  for (let at = from; at < end; ) {
    if (++count > limits.headFieldsMax) return "too_many_fields";
    const colon = head.indexOf(":", at);
    const lineEnd = head.indexOf("\r\n", colon);
    const next = lineEnd + 2;
    if (isSpecial(head, at, colon - at)) {
      const name = head.slice(at, colon).toLowerCase();
      const verdict = takeField(name, head.slice(colon + 1, lineEnd).trim(), into, options);
      if (verdict === drop) {
        if (runStart < at) into.kept += head.slice(runStart, at);
        runStart = next;
      } else if (verdict !== keep) return verdict;
    }
    at = next;
  }
  if (runStart < end) into.kept += head.slice(runStart, end);
  if (into.connectionOptions !== null) dropNamed(into);
  return checkFraming(into);
}

const keep = "keep";
const drop = "drop";

/** Whether a name of this length and first letter can be one that the codec must look at. */
function isSpecial(head: string, at: number, length: number): boolean {
  const first = head.charCodeAt(at) | 0x20;
  if (first === 0x73 && length > 7) return true;
  switch (length) {
    case 2:
      return first === 0x74;
    case 3:
      return first === 0x76;
    case 4:
      return first === 0x68;
    case 7:
      return first === 0x75;
    case 10:
      return first === 0x63 || first === 0x6b;
    case 14:
      return first === 0x63 || first === 0x68;
    case 15:
      return first === 0x78;
    case 16:
      return first === 0x70 || first === 0x78;
    case 17:
      return first === 0x74 || first === 0x78;
    default:
      return false;
  }
}

function takeField(name: string, value: string, into: MessageFields, options: ScanOptions): FramingRule | "keep" | "drop" {
  switch (name) {
    case "host":
      if (options.response) return keep;
      into.hostCount++;
      into.host = value;
      return drop;
    case "content-length":
      if (into.contentLength !== -1 || value.includes(",")) return "repeated_content_length";
      if (!contentLengthPattern.test(value)) return "bad_content_length";
      into.contentLength = Number(value);
      return drop;
    case "transfer-encoding":
      if (into.chunked || value.toLowerCase() !== "chunked") return "bad_transfer_encoding";
      into.chunked = true;
      return drop;
    case "connection":
      return takeConnection(value, into);
    case "keep-alive":
      into.idleLimitMs = idleLimitOf(value);
      return drop;
    case "proxy-connection":
    case "http2-settings":
      return drop;
    case "te":
      if (/(?:^|,)[\t ]*trailers[\t ]*(?:,|;|$)/i.test(value)) into.teTrailers = true;
      return drop;
    case "upgrade":
      into.upgrade = into.upgrade === "" ? value.toLowerCase() : `${into.upgrade}, ${value.toLowerCase()}`;
      return drop;
    case "via":
      if (options.response) return keep;
      into.via = into.via === "" ? value : `${into.via}, ${value}`;
      return drop;
    case "x-forwarded-for":
      if (options.response) return keep;
      if (!options.dropForwarded) into.forwardedFor = into.forwardedFor === "" ? value : `${into.forwardedFor}, ${value}`;
      return drop;
    case "x-forwarded-host":
    case "x-forwarded-proto":
      return options.dropForwarded ? drop : keep;
    case "sluice-hops":
      if (/^[0-9]{1,2}$/.test(value)) into.hops = Number(value);
      return drop;
    case "sluice-probe":
      into.probe = !options.response;
      return drop;
    default:
      return name.startsWith("sluice-") ? drop : keep;
  }
}

function takeConnection(value: string, into: MessageFields): FramingRule | "drop" {
  for (const part of value.toLowerCase().split(",")) {
    const option = part.trim();
    if (option === "close") into.close = true;
    else if (option === "keep-alive") into.keepAlive = true;
    else if (option === "upgrade") into.upgradeOption = true;
    else if (option === "host" || option === "content-length" || option === "transfer-encoding" || option.startsWith("sluice-")) {
      return "bad_connection_option";
    } else if (option !== "" && option !== "te") (into.connectionOptions ??= []).push(option);
  }
  return drop;
}

/** Removes the kept fields that Connection named: they were meant for this hop only (RFC 9110 7.6.1). */
function dropNamed(into: MessageFields): void {
  const named = new Set(into.connectionOptions);
  if (named.has("x-forwarded-for")) into.forwardedFor = "";
  if (named.has("via")) into.via = "";
  into.kept = into.kept
    .split("\r\n")
    .filter((line) => line !== "" && !named.has(line.slice(0, line.indexOf(":")).toLowerCase()))
    .map((line) => `${line}\r\n`)
    .join("");
}

function checkFraming(into: MessageFields): FramingRule | null {
  if (into.chunked && into.contentLength !== -1) return "transfer_encoding_with_content_length";
  return null;
}

function idleLimitOf(value: string): number {
  const match = /(?:^|[,;\s])timeout\s*=\s*([0-9]{1,6})(?:$|[,;\s])/i.exec(value);
  return match ? Number(match[1]) * 1000 : -1;
}
