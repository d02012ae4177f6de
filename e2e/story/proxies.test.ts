import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../ground/eventually.ts";
import { type Ground, startGround } from "../ground/ground.ts";
import { findKubectl } from "../ground/kubectl.ts";
import { givenProxies, proxiesInPath, requestsInFlight, signalProxy } from "./proxies.ts";
import { askTimes, clusterKeyOf, countFrom, givenExportedHttpbin, givenHttpbin, givenPolicy, isNear, type PageRow, pageRow } from "./story.ts";

const kubectlMissing = findKubectl() === undefined;
if (kubectlMissing) console.info("skipped: the stories of proxies need kubectl (set KUBECTL_PATH or put it on PATH)");

const far = clusterKeyOf("1-25");
const farTarget = (row: PageRow) => row.targets.find(({ clusterKey }) => clusterKey === far);
/** All requests that the page says were measured since the effective split last changed. */
const measured = (row: PageRow): number => farTarget(row)?.measured.value?.of ?? 0;

/** A client that asks so many times at once, each on a connection of its own, and tells what became of them. */
const client = `
const http = require("node:http");
const proxy = new URL(process.env.http_proxy);
const login = Buffer.from(decodeURIComponent(proxy.username) + ":" + decodeURIComponent(proxy.password)).toString("base64");
const headers = { host: new URL(process.argv[1]).host, "proxy-authorization": "Basic " + login };
for (let sent = 0; sent < Number(process.argv[2]); sent += 1) {
  const request = http.get({ host: proxy.hostname, port: proxy.port, path: process.argv[1], headers, agent: false });
  request.on("finish", () => console.log("asked"));
  request.on("error", (error) => console.log(error.code));
  request.on("response", (response) => console.log(String(response.statusCode)));
}
`;

describe.skipIf(kubectlMissing)("proxies and what the page says of them", () => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await startGround({ members: ["1-23", "1-25"], workloads: false });
  }, 240_000);
  afterAll(() => ground?.stop(), 60_000);

  /** Asks, and reads the page until the proxies have told of it. */
  async function askAndLook(count: number, until: (row: PageRow) => void): Promise<PageRow> {
    const answers = await askTimes(ground, "1-23", count);
    expect(answers.filter((answer) => answer === "failed")).toEqual([]);
    return await eventually("the page tells it", async () => {
      const row = await pageRow(ground, "1-23");
      until(row);
      return row;
    });
  }

  test("a target that returns: what is measured begins anew with each step of its ramp, and the page says rising, then converged", { timeout: 300_000 }, async () => {
    await givenExportedHttpbin(ground);
    await givenProxies(ground, "1-23", { replicas: 1, rampUpSeconds: 15 });
    await givenPolicy(ground, "1-23", "ActiveActive", [{ cluster: "1-25", weight: 100 }]);
    const first = await askAndLook(20, (row) => expect(measured(row)).toBe(20));
    expect(first.convergence).toMatchObject({ state: "converged", since: { cause: { kind: "policy" } } });
    expect(farTarget(first)).toMatchObject({ effectivePermille: 500, ramping: null, measured: { state: "known", value: { count: 10, of: 20 } } });

    await ground.kubectl("1-25").run(["scale", "deploy", "httpbin", "-n", "httpbin", "--replicas", "0"]);
    await eventually("1-25 is dropped", async () => expect((await pageRow(ground, "1-23")).convergence?.since.cause).toEqual({ kind: "dropped", clusterKey: far }));
    expect(measured(await pageRow(ground, "1-23"))).toBe(0);
    const without = await askAndLook(10, (row) => expect(measured(row)).toBe(10));
    expect([without.convergence?.state, farTarget(without)?.effectivePermille, farTarget(without)?.measured.value?.count]).toEqual(["converged", 0, 0]);

    await givenHttpbin(ground, "1-25");
    await eventually("1-25 rises", async () => expect((await pageRow(ground, "1-23")).convergence?.state).toBe("rising"));
    const steps = new Map<number, { row: PageRow; asked: number }>();
    let asked = 0;
    const last = await eventually("1-25 has its whole share", async () => {
      asked += 5;
      const row = await askAndLook(5, () => undefined);
      steps.set(row.convergence?.since.atMs ?? 0, { row, asked });
      expect(row.convergence?.since.cause).toEqual({ kind: "returned", clusterKey: far });
      return row;
    }, 120_000);
    // Counts of an earlier step are in none: of what was asked before a step began nothing is left.
    const told = [...steps.values()];
    expect(told.length).toBeGreaterThan(2);
    told.forEach(({ row, asked: until }, at) => expect(measured(row)).toBeLessThanOrEqual(until - (told[at - 2]?.asked ?? 0)));
    for (const { row } of told.filter((step) => step.row.convergence?.state === "rising")) {
      expect(row.convergence?.since.cause).toEqual({ kind: "rising", clusterKey: far });
      expect(farTarget(row)?.ramping?.permille).toBeLessThan(1_000);
    }
    const shares = told.map(({ row }) => farTarget(row)?.effectivePermille ?? 0);
    expect(shares).toEqual(shares.toSorted((one, other) => one - other));

    expect(farTarget(last)).toMatchObject({ effectivePermille: 500, ramping: null });
    const end = await askAndLook(20, (row) => expect(measured(row)).toBeGreaterThanOrEqual(20));
    expect(end.convergence).toMatchObject({ state: "converged", since: { cause: { kind: "returned", clusterKey: far } } });
    expect(end.acknowledged).toMatchObject({ state: "known", value: { ready: 1, total: 1 } });
  });

  test("a proxy that hangs leaves the path by its peer's word, requests go on, and it returns once it answers", { timeout: 300_000 }, async () => {
    await givenExportedHttpbin(ground);
    const [hung = "", other = ""] = await givenProxies(ground, "1-23", { replicas: 2, probed: false });
    await givenPolicy(ground, "1-23", "ActiveActive", [{ cluster: "1-25", weight: 100 }]);
    const inPath = (proxies: readonly string[]) => eventually(`${proxies.join(" and ")} in the path`, async () => expect(await proxiesInPath(ground, "1-23")).toEqual(proxies));
    await inPath([hung, other]);

    signalProxy(hung, "SIGSTOP");
    // Some of these reach the one that hangs before it has left, and wait there.
    const across = askTimes(ground, "1-23", 20);
    try {
      await inPath([other]);
      await eventually("all requests are answered", async () => {
        const answers = await askTimes(ground, "1-23", 20, "-m 2");
        expect([countFrom(answers, "1-23"), countFrom(answers, "1-25")]).toEqual([10, 10]);
      });
      const row = await eventually("the page misses the one that hangs", async () => {
        const seen = await pageRow(ground, "1-23");
        expect(seen.acknowledged).toMatchObject({ state: "partial", seen: 1, total: 2, missing: [hung] });
        return seen;
      });
      expect(row.convergence?.state).toBe("unacknowledged");
    } finally {
      signalProxy(hung, "SIGCONT");
    }
    await inPath([hung, other]);
    expect((await across).filter((answer) => answer === "failed")).toEqual([]);
    const answers = await askTimes(ground, "1-23", 20, "-m 10");
    expect(countFrom(answers, "1-23") + countFrom(answers, "1-25")).toBe(20);
    await eventually("the page hears both", async () => expect((await pageRow(ground, "1-23")).acknowledged).toMatchObject({ state: "known", value: { ready: 2, total: 2 } }));
  });

  test("a proxy killed mid-request: what is in flight fails at once, and the next requests are answered", { timeout: 300_000 }, async () => {
    await givenExportedHttpbin(ground);
    const names = await givenProxies(ground, "1-23", { replicas: 2 });
    await givenPolicy(ground, "1-23", "ActiveActive", [{ cluster: "1-25", weight: 100 }]);
    await eventually("both in the path", async () => expect(await proxiesInPath(ground, "1-23")).toEqual(names));

    const kubectl = ground.kubectl("1-23");
    const slow = JSON.stringify([{ op: "replace", path: "/spec/template/spec/containers/0/command", value: ["sluice-echo", "--delay", "60s"] }]);
    for (const cluster of ["1-23", "1-25"]) {
      await ground.kubectl(cluster).run(["patch", "deploy", "httpbin", "-n", "httpbin", "--type", "json", "-p", slow]);
      await ground.kubectl(cluster).run(["rollout", "status", "deploy/httpbin", "-n", "httpbin", "--timeout=50s"]);
    }
    const asked = 8;
    await kubectl.run(["run", "client", "-n", "curl", "--image=curlimages/curl", "--restart=Never", "--command", "--", "node", "-e", client, "http://httpbin.httpbin:8080/", String(asked)]);
    const logs = async () => (await kubectl.run(["logs", "client", "-n", "curl"])).trim().split("\n");
    await eventually("all have asked", async () => expect(await logs()).toEqual(Array.from({ length: asked }, () => "asked")));
    // A pod may still be in the path beside the proxies; what went to it is none of theirs.
    const busiest = await eventually("a proxy has some of them", async () => {
      const counts = await Promise.all(names.map(async (name) => ({ name, count: await requestsInFlight(ground, "1-23", name) })));
      const [most] = counts.toSorted((one, other) => other.count - one.count);
      if (most === undefined || most.count < 2) throw new Error(JSON.stringify(counts));
      return most;
    });
    /** The pods' network tells a connection that was cut as 502. */
    const failed = async () => (await logs()).filter((line) => line !== "asked" && line !== "200").length;
    signalProxy(busiest.name, "SIGKILL");
    await eventually("what it had has failed", async () => expect(await failed()).toBeGreaterThanOrEqual(busiest.count));
    await kubectl.run(["delete", "pod", "client", "-n", "curl"]);
    await Promise.all(["1-23", "1-25"].map((cluster) => givenHttpbin(ground, cluster)));

    await eventually("both are back in the path", async () => expect(await proxiesInPath(ground, "1-23")).toEqual(names));
    const answers = await askTimes(ground, "1-23", 20, "-m 10");
    // Each of the two splits what it gets exactly, an odd number too.
    expect(countFrom(answers, "1-23")).toSatisfy((count: number) => isNear({ ...ground, proxies: 2 }, count, 10));
    expect(countFrom(answers, "1-23") + countFrom(answers, "1-25")).toBe(20);
  });
});
