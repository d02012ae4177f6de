import { expect, test } from "vitest";
import { isRefusal, parseRequestHead, type RequestHead } from "./parse-request-head.ts";

const service = { dropForwarded: false, response: false };
const gateway = { dropForwarded: true, response: false };

function head(lines: string[]): string {
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function parsed(lines: string[], scan = service): RequestHead {
  const result = parseRequestHead(head(lines), scan);
  if (isRefusal(result)) throw new Error(`refused: ${result.rule}`);
  return result;
}

const refused: [string, string[], string, number][] = [
  ["Transfer-Encoding with Content-Length", ["POST / HTTP/1.1", "Host: a", "Content-Length: 1", "Transfer-Encoding: chunked"], "transfer_encoding_with_content_length", 400],
  ["the same the other way round", ["POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked", "Content-Length: 1"], "transfer_encoding_with_content_length", 400],
  ["repeated Content-Length", ["POST / HTTP/1.1", "Host: a", "Content-Length: 1", "Content-Length: 1"], "repeated_content_length", 400],
  ["a list as Content-Length", ["POST / HTTP/1.1", "Host: a", "Content-Length: 1, 1"], "repeated_content_length", 400],
  ["a signed Content-Length", ["POST / HTTP/1.1", "Host: a", "Content-Length: +1"], "bad_content_length", 400],
  ["an empty Content-Length", ["POST / HTTP/1.1", "Host: a", "Content-Length:"], "bad_content_length", 400],
  ["a hexadecimal Content-Length", ["POST / HTTP/1.1", "Host: a", "Content-Length: 0x1"], "bad_content_length", 400],
  ["a Content-Length of 16 digits", ["POST / HTTP/1.1", "Host: a", "Content-Length: 1000000000000000"], "bad_content_length", 400],
  ["another Transfer-Encoding", ["POST / HTTP/1.1", "Host: a", "Transfer-Encoding: gzip, chunked"], "bad_transfer_encoding", 400],
  ["chunked twice in one", ["POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked, chunked"], "bad_transfer_encoding", 400],
  ["chunked twice in two", ["POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], "bad_transfer_encoding", 400],
  ["chunked with a vertical tab", ["POST / HTTP/1.1", "Host: a", "Transfer-Encoding: \vchunked"], "bad_field", 400],
  ["identity", ["POST / HTTP/1.1", "Host: a", "Transfer-Encoding: identity"], "bad_transfer_encoding", 400],
  ["Transfer-Encoding in 1.0", ["POST / HTTP/1.0", "Host: a", "Transfer-Encoding: chunked"], "transfer_encoding_in_1_0", 400],
  ["a bare CR in a value", ["GET / HTTP/1.1", "Host: a", "X: a\rb"], "bare_cr_or_lf", 400],
  ["a bare LF between fields", ["GET / HTTP/1.1", "Host: a\nX: b"], "bare_cr_or_lf", 400],
  ["a bare LF after the request line", ["GET / HTTP/1.1\nHost: a"], "bare_cr_or_lf", 400],
  ["a folded field", ["GET / HTTP/1.1", "Host: a", "X: a", " b"], "obs_fold", 400],
  ["a folded first field", ["GET / HTTP/1.1", " Host: a"], "obs_fold", 400],
  ["a space before the colon", ["GET / HTTP/1.1", "Host : a"], "space_before_colon", 400],
  ["a space before the colon of Transfer-Encoding", ["GET / HTTP/1.1", "Host: a", "Transfer-Encoding : chunked"], "space_before_colon", 400],
  ["NUL in a value", ["GET / HTTP/1.1", "Host: a", "X: a\0b"], "nul", 400],
  ["NUL in the target", ["GET /\0 HTTP/1.1", "Host: a"], "nul", 400],
  ["a name that is no token", ["GET / HTTP/1.1", "Host: a", "X(: b"], "bad_field", 400],
  ["a line without a colon", ["GET / HTTP/1.1", "Host: a", "nothing"], "bad_field", 400],
  ["no Host", ["GET / HTTP/1.1"], "host_count", 400],
  ["no Host in 1.0", ["GET / HTTP/1.0"], "host_count", 400],
  ["two Hosts", ["GET / HTTP/1.1", "Host: a", "host: b"], "host_count", 400],
  ["201 fields", ["GET / HTTP/1.1", "Host: a", ...Array.from({ length: 200 }, (_, index) => `x-${index}: 1`)], "too_many_fields", 431],
  ["Connection that names Host", ["GET / HTTP/1.1", "Host: a", "Connection: host"], "bad_connection_option", 400],
  ["Connection that names Content-Length", ["GET / HTTP/1.1", "Host: a", "Connection: close, Content-Length"], "bad_connection_option", 400],
  ["Connection that names a field of ours", ["GET / HTTP/1.1", "Host: a", "Connection: sluice-hops"], "bad_connection_option", 400],
  ["CONNECT", ["CONNECT a:443 HTTP/1.1", "Host: a"], "connect_refused", 501],
  ["HTTP/2's preface", ["PRI * HTTP/2.0"], "unsupported_version", 505],
  ["HTTP/1.2", ["GET / HTTP/1.2", "Host: a"], "unsupported_version", 505],
  ["HTTP/0.9", ["GET /"], "bad_start_line", 400],
  ["two spaces in the request line", ["GET  / HTTP/1.1", "Host: a"], "bad_start_line", 400],
  ["a tab in the request line", ["GET\t/ HTTP/1.1", "Host: a"], "bad_start_line", 400],
  ["an empty line first", ["", "GET / HTTP/1.1", "Host: a"], "bad_field", 400],
  ["a target that is no path", ["GET www HTTP/1.1", "Host: a"], "bad_start_line", 400],
  ["an authority with user information", ["GET http://u@a/ HTTP/1.1", "Host: a"], "bad_start_line", 400],
];

test.each(refused)("%s is refused", (_, lines, rule, status) => {
  expect(parseRequestHead(head(lines), service)).toMatchObject({ rule, status });
});

test("what is kept travels on byte for byte, in its order", () => {
  const { fields, method, target } = parsed(["GET /a?b HTTP/1.1", "Host: a:80", "Accept:  */*", "X-Odd: \xe9\xff", "Content-Length: 3", "cookie: a=b", "Connection: keep-alive"]);
  expect({ method, target, host: fields.host, contentLength: fields.contentLength }).toEqual({ method: "GET", target: "/a?b", host: "a:80", contentLength: 3 });
  expect(fields.kept).toBe("Accept:  */*\r\nX-Odd: \xe9\xff\r\ncookie: a=b\r\n");
});

test("hop-by-hop fields and those that Connection names are dropped", () => {
  const { fields } = parsed(["GET / HTTP/1.1", "Host: a", "Connection: close, X-Mine", "X-Mine: 1", "Keep-Alive: timeout=5", "Proxy-Connection: close", "TE: trailers, deflate", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__", "Accept: a"]);
  expect(fields.kept).toBe("Accept: a\r\n");
  expect(fields).toMatchObject({ close: true, teTrailers: true });
});

test.each([
  ["in other letters", ["GET / HTTP/1.1", "Host: a", "connection: keep-alive, UPGRADE", "upgrade: WebSocket"]],
  ["as one of several protocols", ["GET / HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: h2c, websocket"]],
  ["in a field of its own", ["GET / HTTP/1.1", "Host: a", "Upgrade: h2c", "Upgrade: websocket", "Connection: x", "Connection: upgrade"]],
  ["with an empty body", ["GET / HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: websocket", "Content-Length: 0"]],
])("an upgrade to WebSocket is understood %s", (_, lines) => {
  const { upgrade, fields } = parsed(lines);
  expect([upgrade, fields.kept]).toEqual(["websocket", ""]);
});

test.each([
  ["without the Connection option", ["GET / HTTP/1.1", "Host: a", "Upgrade: websocket"]],
  ["without a protocol", ["GET / HTTP/1.1", "Host: a", "Connection: Upgrade"]],
  ["to another protocol", ["GET / HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: h2c"]],
  ["to a protocol that begins alike", ["GET / HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: websocket2"]],
  ["in HTTP/1.0", ["GET / HTTP/1.0", "Host: a", "Connection: Upgrade", "Upgrade: websocket"]],
  ["by another method", ["POST / HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: websocket"]],
  ["with a body", ["GET / HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: websocket", "Content-Length: 1"]],
  ["with a chunked body", ["GET / HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: websocket", "Transfer-Encoding: chunked"]],
])("an upgrade %s is dropped, and the request is an ordinary one", (_, lines) => {
  const { upgrade, fields } = parsed(lines);
  expect([upgrade, fields.kept]).toEqual([null, ""]);
});

test("an absolute form loses its authority, which replaces Host", () => {
  const { target, fields } = parsed(["GET http://b:81/x?y HTTP/1.1", "Host: a"]);
  expect([target, fields.host]).toEqual(["/x?y", "b:81"]);
  expect(parsed(["GET http://b?y HTTP/1.1", "Host: a"]).target).toBe("/?y");
});

test("a gateway trusts nobody's forwarding fields; a service port keeps them", () => {
  const lines = ["GET / HTTP/1.1", "Host: a", "X-Forwarded-For: 1.1.1.1", "X-Forwarded-For: 2.2.2.2", "X-Forwarded-Host: h", "Sluice-Identity: me", "Sluice-Hops: 2", "Via: 1.1 x"];
  expect(parsed(lines).fields).toMatchObject({ forwardedFor: "1.1.1.1, 2.2.2.2", kept: "X-Forwarded-Host: h\r\n", via: "1.1 x", hops: 2 });
  expect(parsed(lines, gateway).fields).toMatchObject({ forwardedFor: "", kept: "", hops: 2 });
});
