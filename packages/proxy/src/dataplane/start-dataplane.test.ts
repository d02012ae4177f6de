import http from "node:http";
import { ledgerBalances } from "../telemetry/ledger-balances.ts";
import { afterEach, expect, test } from "vitest";
import { TestWorld } from "./test-world.ts";

let world: TestWorld;
afterEach(() => world.stop());

test("1,000 requests are split exactly by weight", async () => {
  world = new TestWorld();
  const own = await world.backend("own");
  const other = await world.gateway("other", "/other/httpbin");
  world.apply({ targets: [["own", 900], ["other", 100]], local: [own], remotes: [other] });
  const port = await world.port();
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
  const answers = await Promise.all(Array.from({ length: 1_000 }, () => world.get(port, "/x?y=1", { agent })));
  agent.destroy();
  expect(answers.filter(({ body }) => body === "own GET /x?y=1")).toHaveLength(900);
  expect(answers.filter(({ body }) => body === "other GET /other/httpbin/x?y=1")).toHaveLength(100);
  const [telemetry] = world.dataplane.telemetry();
  expect(telemetry?.ledger).toMatchObject({ accepted: 1_000, answered: 1_000, inFlight: 0, failed: {} });
  expect(telemetry?.targets.map(({ clusterKey, requestsSinceApplied }) => [clusterKey, requestsSinceApplied])).toEqual([["r/z/g/other", 100], ["r/z/g/own", 900]]);
  expect(ledgerBalances(telemetry!.ledger)).toBe(true);
});
