import fc from "fast-check";
import { expect, test } from "vitest";
import { BodyDecoder } from "./body-decoder.ts";
import { HeadBuffer } from "./head-buffer.ts";
import { isRefusal, parseRequestHead } from "./parse-request-head.ts";

const scan = { dropForwarded: false, response: false };

interface Message {
  head: string;
  body: string;
  trailers: string;
}

/** Reads whole requests out of `pieces` as a connection would. */
function read(pieces: Buffer[]): Message[] | string {
  const buffer = new HeadBuffer();
  const decoder = new BodyDecoder();
  const messages: Message[] = [];
  let inBody = false;
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      const current = messages.at(-1);
      if (inBody && current !== undefined) {
        at = decoder.feed(piece, at, { onBody: (bytes) => void (current.body += bytes.toString("latin1")) });
        if (decoder.broken !== null) return decoder.broken;
        if (decoder.done) {
          inBody = false;
          current.trailers = decoder.trailers;
        }
        continue;
      }
      const text = buffer.take(piece, at);
      if (text === null) break;
      if (typeof text !== "string") return text.rule;
      const head = parseRequestHead(text, scan);
      if (isRefusal(head)) return head.rule;
      at = buffer.consumed;
      const { fields } = head;
      messages.push({ head: `${head.method} ${head.target} ${fields.host} ${fields.kept}`, body: "", trailers: "" });
      decoder.begin(fields.chunked ? "chunked" : fields.contentLength > 0 ? "length" : "none", fields.contentLength);
      inBody = !decoder.done;
    }
  }
  return messages;
}

function split(bytes: Buffer, cuts: number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((one, other) => one - other);
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

const value = fc.string({ unit: fc.constantFrom(..."ab:;= \t\xe9".split("")), maxLength: 12 });
const field = fc.record({ name: fc.constantFrom("Accept", "X-One", "Cookie", "Range", "x"), value });
const request = fc.record({
  path: fc.constantFrom("/", "/a/b?c", "/%20"),
  fields: fc.array(field, { maxLength: 5 }),
  pieces: fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 4 }),
  chunked: fc.boolean(),
  extension: fc.constantFrom("", ";a=b", ";x"),
  trailer: fc.constantFrom("", "X-Sum: 1\r\n", "Content-Length: 9\r\nX-Sum: 1\r\n"),
});
type Request = typeof request extends fc.Arbitrary<infer Value> ? Value : never;

function write({ path, fields, pieces, chunked, extension, trailer }: Request): Buffer {
  const lines = fields.map((one) => `${one.name}:${one.value}\r\n`).join("");
  const bodies = pieces.map((piece) => Buffer.from(piece));
  const framing = chunked ? "Transfer-Encoding: chunked" : `Content-Length: ${Buffer.concat(bodies).length}`;
  const head = Buffer.from(`POST ${path} HTTP/1.1\r\nHost: h\r\n${lines}${framing}\r\n\r\n`, "latin1");
  if (!chunked) return Buffer.concat([head, ...bodies]);
  const chunks = bodies.flatMap((body) => [Buffer.from(`${body.length.toString(16)}${extension}\r\n`), body, Buffer.from("\r\n")]);
  return Buffer.concat([head, ...chunks, Buffer.from(`0${extension}\r\n${trailer}\r\n`)]);
}

function expected({ path, fields, pieces, chunked, trailer }: Request): Message {
  return {
    head: `POST ${path} h ${fields.map((one) => `${one.name}:${one.value}\r\n`).join("")}`,
    body: Buffer.concat(pieces).toString("latin1"),
    trailers: chunked && trailer !== "" ? "X-Sum: 1\r\n" : "",
  };
}

test("however the bytes are cut, the same requests are read", () => {
  fc.assert(
    fc.property(fc.array(request, { minLength: 1, maxLength: 3 }), fc.array(fc.nat(2_000), { maxLength: 20 }), (requests, cuts) => {
      const bytes = Buffer.concat(requests.map(write));
      expect(read(split(bytes, cuts))).toEqual(requests.map(expected));
    }),
    { numRuns: 300 },
  );
});

test("requests read byte by byte are the same", () => {
  const bytes = write({ path: "/a/b?c", fields: [{ name: "Accept", value: " a" }], pieces: [Buffer.from("hello"), Buffer.from("\r\n0\r\n")], chunked: true, extension: ";x", trailer: "X-Sum: 1\r\n" });
  expect(read([...bytes].map((byte) => Buffer.from([byte])))).toEqual([{ head: "POST /a/b?c h Accept: a\r\n", body: "hello\r\n0\r\n", trailers: "X-Sum: 1\r\n" }]);
});

const head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
const brokenBodies: [string, string, string][] = [
  ["a bare LF after the size", "5\nhello\r\n0\r\n\r\n", "bad_chunk"],
  ["a bare LF after the data", "5\r\nhello\n0\r\n\r\n", "bad_chunk"],
  ["a bare CR after the size", "5\rhello\r\n", "bad_chunk"],
  ["a bare LF inside an extension", "5;a\nb\r\nhello\r\n", "bad_chunk"],
  ["data longer than said", "5\r\nhello!\r\n0\r\n\r\n", "bad_chunk"],
  ["a size that is no number", "x\r\n", "bad_chunk"],
  ["an empty size", "\r\n", "bad_chunk"],
  ["a signed size", "+5\r\nhello\r\n", "bad_chunk"],
  ["a size with 0x", "0x5\r\nhello\r\n", "bad_chunk"],
  ["a size with a space", "5 \r\nhello\r\n", "bad_chunk"],
  ["a size of 13 digits", "1000000000000\r\n", "bad_chunk"],
  ["an endless extension", `5;${"a".repeat(5_000)}`, "bad_chunk"],
  ["a trailer without a colon", "0\r\nnothing\r\n\r\n", "bad_trailer"],
  ["a folded trailer", "0\r\nX: a\r\n b\r\n\r\n", "bad_trailer"],
  ["a trailer with a bare LF", "0\r\nX: a\n\r\n", "bad_trailer"],
  ["an endless trailer", `0\r\n${"X: a\r\n".repeat(4_000)}`, "bad_trailer"],
];

test.each(brokenBodies)("%s breaks a chunked body, in one piece or byte by byte", (_, body, rule) => {
  const bytes = Buffer.from(head + body, "latin1");
  expect(read([bytes])).toBe(rule);
  expect(read([...bytes].map((byte) => Buffer.from([byte])))).toBe(rule);
});

test("a head is refused as soon as it is too large or has a bare LF", () => {
  expect(read([Buffer.from(`GET / HTTP/1.1\r\nHost: h\r\nX: ${"a".repeat(70_000)}`)])).toBe("head_too_large");
  expect(read([Buffer.from(`GET / HTTP/1.1\r\nHost: h\r\nX: ${"a".repeat(70_000)}\r\n\r\n`)])).toBe("head_too_large");
  expect(read([Buffer.from("GET / HTTP/1.1\n"), Buffer.from("Host: h\n\n")])).toBe("bare_cr_or_lf");
});
