import type { ServiceRowView } from "@sluice/api/views/cluster-view";
import { expect, it } from "vitest";
import { listServices, readQuery, writeQuery } from "./service-list.ts";

function row(service: string, perSecond: number | null): ServiceRowView {
  const [namespace = "", name = ""] = service.split("/");
  const figure = perSecond === null ? ({ state: "not-measured" } as const) : ({ state: "known", value: perSecond } as const);
  return { service, namespace, name, clusters: [], exportedBy: [], requested: [], measured: { state: "not-measured" }, requestsPerSecond: figure, success: figure, p95Ms: figure, lastChange: null, owner: { kind: "none", detail: "" } };
}

const rows = [row("shop/cart", 5), row("shop/search", null), row("web/front", 50)];
const names = (found: ServiceRowView[]) => found.map((one) => one.name);

it("sorts by requests and leaves what is not measured at the end, either way", () => {
  expect(names(listServices(rows, { filter: "", sort: "requests", descending: true }))).toEqual(["front", "cart", "search"]);
  expect(names(listServices(rows, { filter: "", sort: "requests", descending: false }))).toEqual(["cart", "front", "search"]);
});

it("filters by every word", () => {
  expect(names(listServices(rows, { filter: "SHOP ca", sort: "name", descending: false }))).toEqual(["cart"]);
});

it("keeps its state in the address and survives a foreign one", () => {
  for (const query of [
    { filter: "a b", sort: "p95", descending: true },
    { filter: "", sort: "name", descending: true },
    { filter: "", sort: "requests", descending: false },
  ] as const) {
    expect(readQuery(new URLSearchParams(writeQuery(query)))).toEqual(query);
  }
  expect(writeQuery({ filter: "", sort: "requests", descending: true })).toBe("");
  expect(readQuery(new URLSearchParams("sort=__proto__"))).toEqual({ filter: "", sort: "requests", descending: true });
});
