import { Agent, get } from "node:http";
import { readFileSync } from "node:fs";
import { createClient } from "@sluice/kubernetes/create-client";
import { kinds } from "@sluice/kubernetes/kinds";
import { callProcedure } from "./call-procedure.ts";
import { machine } from "./machine.ts";
import { percentile } from "./percentile.ts";
import { startDemo } from "../testing/running-demo.ts";

/**
 * `npm run bench:apply`: how long after Apply the first request goes by the new split. Swings all of httpbin between the
 * two clusters, so that the first answer from the other one tells.
 */

const changes = 50;
const answerMsMax = 30_000;
const service = "httpbin/httpbin";
const source = "default/default/default/1-23";
const other = "default/default/default/1-25";

interface Row {
  source: string;
  policy: { uid: string; spec: unknown } | null;
}

interface Preview {
  confirmName: string | null;
  guards: { id: string; outcome: string }[];
}

/** Asks once, on a connection of its own; answers the name of the cluster that answered. */
function ask(address: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(address, { agent: new Agent({ keepAlive: false }), timeout: 5_000 }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => resolve(/I am from (\S+)/.exec(text)?.[1] ?? `${response.statusCode}`));
      response.on("error", reject);
    });
    request.on("timeout", () => request.destroy(new Error("no answer within 5 s")));
    request.on("error", reject);
  });
}

/** Reviews the change that sends everything to `target`, and answers what Apply then sends. */
async function review(consoleUrl: string, target: string, change: number): Promise<object> {
  const rows = await callProcedure<Row[]>(consoleUrl, "query", "split.get", { service });
  const policy = rows.find((row) => row.source === source)?.policy ?? null;
  const shares = [source, other].map((clusterKey) => ({ clusterKey, permille: clusterKey === target ? 1000 : 0 }));
  const draft = { mode: "ActiveActive", shares, failOver: [] };
  const preview = await callProcedure<Preview>(consoleUrl, "query", "split.preview", { service, source, draft });
  return {
    service,
    source,
    draft,
    base: { uid: policy?.uid ?? null, spec: policy?.spec ?? null },
    reason: `bench:apply, change ${change}`,
    ...(preview.confirmName === null ? {} : { confirmName: preview.confirmName }),
    overrides: preview.guards.filter((guard) => guard.outcome === "override").map((guard) => guard.id),
  };
}

async function apply(consoleUrl: string, input: object): Promise<void> {
  const applied = await callProcedure<{ outcome: string }>(consoleUrl, "mutation", "split.applyDraft", input);
  if (applied.outcome !== "applied") throw new Error(`not applied: ${JSON.stringify(applied)}`);
}

/** Milliseconds from the moment when Apply is sent until an answer from the target is here. */
async function measure(consoleUrl: string, address: string, target: string, change: number): Promise<number> {
  const input = await review(consoleUrl, target, change);
  const begun = performance.now();
  const applied = apply(consoleUrl, input);
  const answered = untilAnsweredBy(address, target);
  const [, atMs] = await Promise.all([applied, answered]);
  return atMs - begun;
}

async function untilAnsweredBy(address: string, target: string): Promise<number> {
  const deadline = performance.now() + answerMsMax;
  while (performance.now() < deadline) if (target.endsWith(`/${await ask(address)}`)) return performance.now();
  throw new Error(`no answer from ${target} within ${answerMsMax / 1000} s`);
}

const demo = await startDemo();
try {
  const client = createClient({ kubeconfig: readFileSync(demo.kubeconfig, "utf8"), context: "1-23" });
  const httpbin = await client.get(kinds.services, { namespace: "httpbin", name: "httpbin" });
  await client.close();
  const address = `http://${httpbin.spec.clusterIP}:8080/`;
  // The first change attaches the proxies, if they are not; it is not counted.
  await measure(demo.url, address, other, 0);
  await measure(demo.url, address, source, 0);
  const samples: number[] = [];
  for (let change = 1; change <= changes; change += 1) samples.push(await measure(demo.url, address, change % 2 === 1 ? other : source, change));
  console.info(`${machine()}\nApply → first request by the new split, ${changes} changes: p50 ${percentile(samples, 0.5).toFixed(0)} ms, p99 ${percentile(samples, 0.99).toFixed(0)} ms`);
} finally {
  await demo.stop();
}
