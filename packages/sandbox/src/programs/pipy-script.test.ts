import { describe, expect, it } from "vitest";
import { parsePipyScript } from "./pipy-script.ts";

const answer = (text: string, more = {}) => ({ port: 8080, body: { text }, status: 200, headers: {}, ...more });

describe("parsePipyScript", () => {
  const good: [script: string, expected: unknown][] = [
    [`pipy().listen(8080).serveHTTP(new Message('Hi, I am from 1-23 and controlled by mesh!\\n'))`, answer("Hi, I am from 1-23 and controlled by mesh!\n")],
    [`pipy()\n  .listen(8080)\n  .serveHTTP(new Message("a 'b' \\u4f60"));`, answer("a 'b' 你")],
    [`pipy().listen(8080).serveHTTP(() => new Message(\`x\`))`, answer("x")],
    [`pipy().listen(8080).serveHTTP(new Message({ status: 503, headers: { 'x-a': 'b', y: "c" } }, 'no'))`, answer("no", { status: 503, headers: { "x-a": "b", y: "c" } })],
    [`pipy().listen(8080).serveHTTP(new Message({ status: 204 }))`, answer("", { status: 204 })],
    [`pipy().listen(8080).serveHTTP(msg => new Message(msg.head.path))`, { port: 8080, body: { echo: "path" }, status: 200, headers: {} }],
    [`pipy().listen(8080).serveHTTP((m) => new Message(m.head.path)) // why`, { port: 8080, body: { echo: "path" }, status: 200, headers: {} }],
  ];
  it.each(good)("understands %s", (script, expected) => expect(parsePipyScript(script)).toEqual(expected));

  const bad: [script: string, message: RegExp][] = [
    ["", /expected "pipy"/],
    ["pipy().listen(0).serveHTTP(new Message(''))", /port/],
    ["pipy().listen(99999).serveHTTP(new Message(''))", /port/],
    ["pipy().listen(8080).serveHTTP(new Message('a') + 1)", /not understood|expected/],
    ["pipy().listen(8080).serveHTTP(new Message(process.env.HOME))", /expected a text/],
    ["pipy().listen(8080).serveHTTP(new Message({body: 'x'}))", /status and headers/],
    ["pipy().listen(8080).serveHTTP(new Message(`${1}`))", /not understood/],
    ["pipy().listen(8080).serveHTTP(new Message('x')).task()", /expected the end/],
  ];
  it.each(bad)("refuses %s", (script, message) => expect(() => parsePipyScript(script)).toThrow(message));
});
