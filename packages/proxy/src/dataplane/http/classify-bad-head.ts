import type { FramingRule } from "./refusal.ts";

/**
 * Names the rule that a head broke which the fast pattern did not match. It is slow and runs only for refusals.
 * `head` is latin1 text that ends with its empty line.
 */
export function classifyBadHead(head: string): FramingRule {
  if (head.includes("\0")) return "nul";
  if (/\r(?!\n)|(?<!\r)\n/.test(head)) return "bare_cr_or_lf";
  const lines = head.split("\r\n");
  const start = lines[0] ?? "";
  if (/ HTTP\/(?!1\.[01]$)\d+(?:\.\d+)?$/.test(start) || start === "PRI * HTTP/2.0") return "unsupported_version";
  for (let index = 1; index < lines.length - 2; index++) {
    const line = lines[index] ?? "";
    if (/^[\t ]/.test(line)) return "obs_fold";
    if (/^[^:]*[\t ]+:/.test(line)) return "space_before_colon";
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*$/.test(line)) return "bad_field";
  }
  return "bad_start_line";
}
