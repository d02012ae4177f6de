import { expect, test } from "vitest";
import { drawSession, sessionField, sessionOf, withSession } from "./session-cookie.ts";

const session = "0123456789abcdef";

test.each([
  ["no cookie", "Accept: */*\r\n", null],
  ["other cookies only", "Cookie: a=1; b=2\r\n", null],
  ["alone", `Cookie: sluice-session=${session}\r\n`, session],
  ["among others", `Accept: */*\r\ncookie:a=1; sluice-session=${session} ;b=2\r\nX: y\r\n`, session],
  ["last", `Cookie: a=1;sluice-session=${session}\r\n`, session],
  ["in a second field", `Cookie: a=1\r\nCookie: sluice-session=${session}\r\n`, session],
  ["another name that ends so", `Cookie: x-sluice-session=${session}\r\n`, null],
  ["another name that begins so", `Cookie: sluice-session2=${session}\r\n`, null],
  ["another field", `X-Cookie: sluice-session=${session}\r\nX: cookie:sluice-session=${session}\r\n`, null],
  ["not a key of ours", "Cookie: sluice-session=../../x\r\n", null],
  ["too long", `Cookie: sluice-session=${session}0\r\n`, null],
  ["two, of which one is not ours", `Cookie: sluice-session=x; sluice-session=${session}\r\n`, session],
])("session key: %s", (_what, kept, expected) => {
  expect(sessionOf(kept)).toBe(expected);
});

test.each([
  ["", `Cookie: sluice-session=${session}\r\n`],
  ["Accept: */*\r\n", `Accept: */*\r\nCookie: sluice-session=${session}\r\n`],
  ["A: 1\r\ncookie:a=1; b=2\r\nB: 2\r\n", `A: 1\r\nCookie: sluice-session=${session}; a=1; b=2\r\nB: 2\r\n`],
])("added to %j", (kept, expected) => {
  expect(withSession(kept, session)).toBe(expected);
  expect(sessionOf(expected)).toBe(session);
});

test("Secure only when the caller came by https", () => {
  const field = `Set-Cookie: sluice-session=${session}; Path=/; HttpOnly; SameSite=Lax`;
  expect(sessionField("X-Forwarded-Proto: http\r\n", session)).toBe(`${field}\r\n`);
  expect(sessionField("A: b\r\nx-forwarded-proto: https\r\n", session)).toBe(`${field}; Secure\r\n`);
});

test("a drawn key is one", () => {
  const points = [0, 0.999_999_999_9, 0.5, 0];
  const drawn = [drawSession(() => points.shift() ?? 0), drawSession(() => points.shift() ?? 0)];
  expect(drawn).toEqual(["00000000ffffffff", "8000000000000000"]);
  for (const key of drawn) expect(sessionOf(withSession("", key))).toBe(key);
});
