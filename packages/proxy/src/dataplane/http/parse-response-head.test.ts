import { expect, test } from "vitest";
import { parseResponseHead } from "./parse-response-head.ts";

const refused: [string, string, string][] = [
  ["both framings", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "transfer_encoding_with_content_length"],
  ["repeated Content-Length", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", "repeated_content_length"],
  ["gzip, chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "bad_transfer_encoding"],
  ["chunked in 1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "transfer_encoding_in_1_0"],
  ["a folded field", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n", "obs_fold"],
  ["a bare LF", "HTTP/1.1 200 OK\nX: a\r\n\r\n", "bare_cr_or_lf"],
  ["a space before the colon", "HTTP/1.1 200 OK\r\nContent-Length : 1\r\n\r\n", "space_before_colon"],
  ["NUL", "HTTP/1.1 200 OK\r\nX: \0\r\n\r\n", "nul"],
  ["HTTP/2.0", "HTTP/2.0 200 OK\r\n\r\n", "bad_start_line"],
  ["a status of two digits", "HTTP/1.1 20 OK\r\n\r\n", "bad_start_line"],
];

test.each(refused)("%s is refused", (_, head, rule) => {
  expect(parseResponseHead(head)).toMatchObject({ rule });
});

test("a proper head is understood, and our own fields in it are not passed on", () => {
  const head = "HTTP/1.1 204 \r\nServer: x\r\nKeep-Alive: timeout=5, max=100\r\nConnection: keep-alive\r\nSluice-Unprocessed: 1\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\n\r\n";
  expect(parseResponseHead(head)).toMatchObject({
    status: 204,
    reason: "",
    minor: 1,
    fields: { kept: "Server: x\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\n", idleLimitMs: 5_000, close: false },
  });
});

test("a status line may end without a reason", () => {
  expect(parseResponseHead("HTTP/1.1 200\r\n\r\n")).toMatchObject({ status: 200, reason: "" });
});
