import { expect, it } from "vitest";
import { resolveServiceName } from "./resolve-service-name.ts";

const cases: [host: string, expected: string | undefined][] = [
  ["web", "own/web"],
  ["web.shop", "shop/web"],
  ["web.shop.svc", "shop/web"],
  ["web.shop.svc.cluster.local", "shop/web"],
  ["WEB.shop.svc.cluster.local.", "shop/web"],
  ["web.shop.pod", undefined],
  ["a.b.c.d", undefined],
  ["127.0.0.1", undefined],
  ["", undefined],
  ["example.com.svc.x", undefined],
];
it.each(cases)("%s", (host, expected) => {
  const found = resolveServiceName(host, "own");
  expect(found === undefined ? undefined : `${found.namespace}/${found.name}`).toBe(expected);
});
