import { eventually } from "../ground/eventually.ts";
import type { Ground } from "../ground/ground.ts";
import { givenCurl, greetingOf } from "../story/story.ts";

/** The demo's steady callers run, or none of them does. */
export async function givenCallers(ground: Ground, running: boolean): Promise<void> {
  const kubectl = ground.kubectl("1-23");
  await kubectl.run(["scale", "deploy", "--all", "-n", "callers", "--replicas", running ? "1" : "0"]);
  await eventually(`callers ${running ? "run" : "are gone"}`, async () => {
    const ready = await kubectl.run(["get", "pods", "-n", "callers", "-o", "jsonpath={.items[*].status.containerStatuses[*].ready}"]);
    if (ready !== (running ? "true true" : "")) throw new Error(`ready: "${ready}"`);
  });
}

/**
 * A client that knows nothing of Sluice: it asks for the service's address by its cluster's proxy and counts the bodies,
 * with a connection of its own for every request. No source of the product is in it.
 */
const client = `
const http = require("node:http");
const [url, total] = [process.argv[1], Number(process.argv[2])];
const proxy = new URL(process.env.http_proxy);
const login = Buffer.from(decodeURIComponent(proxy.username) + ":" + decodeURIComponent(proxy.password)).toString("base64");
const headers = { host: new URL(url).host, connection: "close", "proxy-authorization": "Basic " + login };
const counts = {};
let asked = 0;
const count = (answer) => { counts[answer] = (counts[answer] ?? 0) + 1; };
const ask = () => new Promise((done) => {
  http.get({ host: proxy.hostname, port: proxy.port, path: url, headers, agent: false }, (response) => {
    let body = "";
    response.on("data", (chunk) => { body += chunk; });
    response.on("end", () => { count(response.statusCode === 200 ? body.trim() : String(response.statusCode)); done(); });
  }).on("error", (error) => { count(error.message); done(); });
});
const worker = async () => { while (asked < total) { asked += 1; await ask(); } };
Promise.all([worker(), worker(), worker(), worker()]).then(() => console.log(JSON.stringify(counts)));
`;

/** Answers of `total` requests that a pod in 1-23 makes, by what answered. */
export async function countAnswers(ground: Ground, total: number): Promise<Map<string, number>> {
  await givenCurl(ground, "1-23");
  const kubectl = ground.kubectl("1-23");
  const pod = await kubectl.run(["get", "pod", "-n", "curl", "-l", "app=curl", "-o", "jsonpath={.items[0].metadata.name}"]);
  const text = await kubectl.run(["exec", "-n", "curl", pod, "-c", "curl", "--", "node", "-e", client, "http://httpbin.httpbin:8080/", String(total)], { timeoutMs: 120_000 });
  const counts = new Map(Object.entries(JSON.parse(text) as Record<string, number>));
  const named = ["1-23", "1-25"].map((cluster): [string, number] => [cluster, counts.get(greetingOf(cluster)) ?? 0]);
  const others = [...counts].filter(([answer]) => !["1-23", "1-25"].some((cluster) => answer === greetingOf(cluster)));
  return new Map([...named, ...others]);
}

/** Ready proxies of a cluster: each of them keeps the split exactly for itself. */
export async function proxiesOf(ground: Ground, cluster: string): Promise<number> {
  return Number(await ground.kubectl(cluster).run(["get", "deploy", "sluice-proxy", "-n", "sluice-system", "-o", "jsonpath={.status.readyReplicas}"]));
}
