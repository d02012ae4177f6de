import { expect, it } from "vitest";
import { checkRequest } from "./request-check.ts";

const json = { host: "127.0.0.1:4000", "content-type": "application/json" };

it.each([
  ["GET", { host: "127.0.0.1:4000" }, undefined],
  ["GET", { host: "localhost:4000", origin: "http://localhost:3000" }, undefined],
  ["GET", { host: "[::1]:4000", "sec-fetch-site": "same-origin" }, undefined],
  ["POST", { ...json, origin: "http://127.0.0.1:3000" }, undefined],
  ["POST", { ...json, "content-type": "application/json; charset=utf-8", "sec-fetch-site": "none" }, undefined],
  ["GET", {}, "HostNotAllowed"],
  ["GET", { host: "evil.example" }, "HostNotAllowed"],
  ["GET", { host: "127.0.0.1.evil.example:4000" }, "HostNotAllowed"],
  ["GET", { host: "127.evil.example" }, "HostNotAllowed"],
  ["GET", { host: "localhost.evil.example" }, "HostNotAllowed"],
  ["GET", { host: "user@127.0.0.1" }, "HostNotAllowed"],
  ["GET", { host: "10.0.0.1:4000" }, "HostNotAllowed"],
  ["POST", { ...json, origin: "https://evil.example" }, "OriginNotAllowed"],
  ["POST", { ...json, origin: "null" }, "OriginNotAllowed"],
  ["POST", { ...json, origin: "file://127.0.0.1" }, "OriginNotAllowed"],
  ["GET", { host: "127.0.0.1", "sec-fetch-site": "cross-site" }, "CrossSite"],
  ["GET", { host: "127.0.0.1", "sec-fetch-site": "same-site" }, "CrossSite"],
  ["POST", { host: "127.0.0.1", "content-type": "text/plain" }, "ContentTypeNotAllowed"],
  ["POST", { host: "127.0.0.1" }, "ContentTypeNotAllowed"],
  ["PUT", json, "MethodNotAllowed"],
])("%s %o", (method, headers, code) => {
  expect(checkRequest(method, headers)?.code).toBe(code);
});
