import fc from "fast-check";
import { expect, test } from "vitest";
import { isRefusal, parseRequestHead, type RequestHead } from "../http/parse-request-head.ts";
import { parseResponseHead } from "../http/parse-response-head.ts";
import { writeRequestHead } from "./write-request-head.ts";
import { responseFraming, writeResponseHead } from "./write-response-head.ts";

const scan = { dropForwarded: false, response: false };
const name = fc.constantFrom("Accept", "Cookie", "Set-Cookie", "Connection", "TE", "Via", "X-Forwarded-For", "X-Forwarded-Proto", "Keep-Alive", "Upgrade", "Sluice-Hops", "x", "Trailer", "Expect");
const value = fc.constantFrom("", "a", "close", "trailers", "x-forwarded-for, cookie", "1", "1.1 sluice", "timeout=5", "\xe9", "h2c", "websocket", "upgrade");
const framing = fc.constantFrom("", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "Content-Length: 0\r\n");
const lines = fc.array(fc.tuple(name, value), { maxLength: 8 }).map((fields) => fields.map(([one, other]) => `${one}: ${other}\r\n`).join(""));

function parsed(text: string): RequestHead {
  const head = parseRequestHead(text, scan);
  if (isRefusal(head)) throw new Error(`refused by ${head.rule}: ${JSON.stringify(text)}`);
  return head;
}

test("what is parsed is what is written: a second proxy understands the same request", () => {
  fc.assert(
    fc.property(fc.constantFrom("GET", "PUT"), lines, framing, fc.constantFrom("service", "gateway"), fc.boolean(), (method, fields, frame, role, toGateway) => {
      const first = parsed(`${method} /a?b HTTP/1.1\r\n${fields}Host: h\r\n${frame}\r\n`);
      const second = parsed(writeRequestHead(first, "/c", "10.0.0.1", role as "service" | "gateway", toGateway));
      expect([second.method, second.target, second.fields.host]).toEqual([method, "/c", "h"]);
      expect([second.upgrade, second.fields.upgradeOption]).toEqual([first.upgrade, first.upgrade !== null]);
      expect([second.fields.contentLength, second.fields.chunked]).toEqual([first.fields.contentLength, first.fields.chunked]);
      expect(second.fields.kept.startsWith(first.fields.kept)).toBe(true);
      expect(second.fields.forwardedFor.endsWith("10.0.0.1")).toBe(true);
      expect(second.fields.close).toBe(false);
    }),
  );
});

test("the same for responses", () => {
  fc.assert(
    fc.property(lines, framing, fc.boolean(), (fields, frame, close) => {
      const first = parseResponseHead(`HTTP/1.1 200 Fine\r\n${fields}${frame}\r\n`);
      if (isRefusal(first)) throw new Error(first.rule);
      const came = first.fields.chunked ? "chunked" : first.fields.contentLength === -1 ? "until-close" : "length";
      const second = parseResponseHead(writeResponseHead(first, responseFraming(came, 1), { role: "service", close, answeredBy: null, sessionField: "" }));
      if (isRefusal(second)) throw new Error(second.rule);
      expect([second.status, second.reason, second.fields.kept]).toEqual([200, "Fine", first.fields.kept]);
      expect([second.fields.contentLength, second.fields.chunked, second.fields.close]).toEqual([first.fields.contentLength, came !== "length", close]);
    }),
  );
});
