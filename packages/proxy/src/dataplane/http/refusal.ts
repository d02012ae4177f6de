/** Rules by which a message is refused; the names are stable, they are what refusals are counted by. */
export type FramingRule =
  | "bare_cr_or_lf"
  | "nul"
  | "obs_fold"
  | "space_before_colon"
  | "bad_start_line"
  | "bad_field"
  | "unsupported_version"
  | "transfer_encoding_with_content_length"
  | "repeated_content_length"
  | "bad_content_length"
  | "bad_transfer_encoding"
  | "transfer_encoding_in_1_0"
  | "host_count"
  | "bad_connection_option"
  | "head_too_large"
  | "too_many_fields"
  | "head_too_slow"
  | "connect_refused"
  | "bad_chunk"
  | "bad_trailer";

export interface Refusal {
  readonly rule: FramingRule;
  readonly status: number;
  readonly message: string;
}

/** Each rule's answer to a caller; for a response any of them becomes a 502. */
export const refusals: Readonly<Record<FramingRule, Refusal>> = {
  bare_cr_or_lf: refusal("bare_cr_or_lf", 400, "A line of the message ends in a bare CR or LF; send CRLF."),
  nul: refusal("nul", 400, "The message head holds a NUL byte."),
  obs_fold: refusal("obs_fold", 400, "A header field is folded over several lines; send it in one."),
  space_before_colon: refusal("space_before_colon", 400, "A header field's name is followed by a space; remove it."),
  bad_start_line: refusal("bad_start_line", 400, "The first line is not an HTTP/1 request or status line."),
  bad_field: refusal("bad_field", 400, "A header field's name or value holds a byte that is not allowed."),
  unsupported_version: refusal("unsupported_version", 505, "Only HTTP/1.0 and HTTP/1.1 are served here."),
  transfer_encoding_with_content_length: refusal(
    "transfer_encoding_with_content_length",
    400,
    "Transfer-Encoding and Content-Length stand together; send one of them.",
  ),
  repeated_content_length: refusal("repeated_content_length", 400, "Content-Length is repeated or a list; send it once."),
  bad_content_length: refusal("bad_content_length", 400, "Content-Length is not a number of 1 to 15 digits."),
  bad_transfer_encoding: refusal("bad_transfer_encoding", 400, 'Transfer-Encoding is not exactly one "chunked".'),
  transfer_encoding_in_1_0: refusal("transfer_encoding_in_1_0", 400, "Transfer-Encoding does not exist in HTTP/1.0."),
  host_count: refusal("host_count", 400, "The request must have exactly one Host field."),
  bad_connection_option: refusal("bad_connection_option", 400, "Connection names a field that must reach the receiver."),
  head_too_large: refusal("head_too_large", 431, "The head is larger than 65536 bytes."),
  too_many_fields: refusal("too_many_fields", 431, "The head has more than 200 fields."),
  head_too_slow: refusal("head_too_slow", 408, "The head took longer than 10 seconds."),
  connect_refused: refusal("connect_refused", 501, "CONNECT is not served here."),
  bad_chunk: refusal("bad_chunk", 400, "The chunked body is malformed."),
  bad_trailer: refusal("bad_trailer", 400, "The trailer section is malformed or too large."),
};

function refusal(rule: FramingRule, status: number, message: string): Refusal {
  return { rule, status, message };
}
