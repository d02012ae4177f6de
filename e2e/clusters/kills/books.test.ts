import { expect, test } from "vitest";
import { type Book, parseBook, toldBetween } from "./books.ts";
import { brokenPromises } from "./kill.ts";

const labels = 'service="httpbin/httpbin",port="8080"';
const metrics = [
  "# TYPE sluice_proxy_ledger_total counter",
  `sluice_proxy_ledger_total{${labels},role="service",entry="accepted"} 12`,
  `sluice_proxy_ledger_total{${labels},role="service",entry="answered"} 7`,
  `sluice_proxy_ledger_total{${labels},role="service",entry="abandoned"} 1`,
  `sluice_proxy_ledger_total{${labels},role="service",entry="failed_dial_failed"} 2`,
  `sluice_proxy_ledger_total{${labels},role="gateway",entry="accepted"} 99`,
  `sluice_proxy_ledger_total{service="shop/web",port="8080",role="service",entry="accepted"} 99`,
  `sluice_proxy_in_flight{${labels},role="service"} 2`,
  `sluice_proxy_requests_total{${labels},role="service",target="default/default/default/1-25",class="2xx"} 3`,
  `sluice_proxy_requests_total{${labels},role="service",target="default/default/default/1-25",class="5xx"} 1`,
].join("\n");

test("a proxy's metrics are read for the service and its callers alone", () => {
  expect(parseBook("p", "c", metrics)).toEqual({ pod: "p", container: "c", accepted: 12, answered: 7, abandoned: 1, failed: { dial_failed: 2 }, inFlight: 2, chosen: { "1-25": 4 } });
});

test("a container that began anew counts from 0, and one that is gone tells nothing", () => {
  const book = (container: string, abandoned: number, failed: Record<string, number>): Book => ({ ...parseBook("p", container, ""), abandoned, failed });
  const before = [book("stays", 2, { dial_failed: 3 }), book("dies", 5, { dial_failed: 5 })];
  expect(toldBetween(before, [book("stays", 3, { dial_failed: 3, upstream_closed: 2 }), book("new", 1, {})])).toEqual({ abandoned: 2, failed: 2 });
});

const figures = (losses: Record<string, number>, ledger = { failed: 0, abandoned: 0 }) => {
  const lost = Object.values(losses).reduce((total, count) => total + count, 0);
  return { kill: "k", requests: 9, lost, losses, ledger, secondsUntilWhole: 1 };
};

test.each([
  [{}, []],
  [{ "error: ECONNRESET": 2 }, []],
  [{ "error: ECONNRESET": 3 }, ["3 were lost, at most 2 may be"]],
  [{ "502 x": 1 }, ['callers were told "502 x"']],
])("a promise of at most two resets, and losses %j", (losses, wrong) => {
  expect(brokenPromises({ lostMax: 2, told: /ECONNRESET/, unledgered: true }, figures(losses))).toEqual(wrong);
});

test.each([
  [0, []],
  [1, []],
  [2, ["1 were lost, and the ledger has 2"]],
])("what was lost stands in the ledger, which has %i", (failed, wrong) => {
  expect(brokenPromises({ lostMax: 2, told: /^5/ }, figures(failed === 0 ? {} : { "502 x": 1 }, { failed, abandoned: 0 }))).toEqual(wrong);
});
