import { Agent, get } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { percentile } from "./percentile.ts";

/**
 * A caller on a node of a cluster. `--compare URL --compare URL`: asks them in turn, each over a connection that it keeps, so
 * often (`--requests`), and prints latencies in ms by URL. `--follow URL`: asks over a connection for each request until it is
 * ended, and prints the ms of the epoch and the first line of an answer whenever that is another one than before.
 */

const timeoutMs = 10_000;
/** Before these the connections are opened and the programs run warm. */
const warmUps = 200;
/** 28,000 ports, each of which rests for a minute after its connection: who opens more than 470 in a second waits for one, for a second and longer. */
const betweenMs = 5;

const { values } = parseArgs({ options: { compare: { type: "string", multiple: true }, requests: { type: "string", default: "5000" }, follow: { type: "string" } } });

function ask(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent, timeout: timeoutMs }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => (response.statusCode === 200 ? resolve(text.split("\n")[0] ?? "") : reject(new Error(`${response.statusCode} ${text}`))));
      response.on("error", reject);
    });
    request.on("timeout", () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    request.on("error", reject);
  });
}

async function compare(urls: readonly string[], requests: number): Promise<void> {
  const contenders = urls.map((url) => ({ url, agent: new Agent({ keepAlive: true, maxSockets: 1 }), samples: [] as number[] }));
  for (let count = -warmUps; count < requests; count += 1) {
    // Who asks second finds the machine awake: they take turns.
    for (const { url, agent, samples } of count % 2 === 0 ? contenders : contenders.toReversed()) {
      const begun = performance.now();
      await ask(url, agent);
      if (count >= 0) samples.push(performance.now() - begun);
    }
  }
  for (const { agent } of contenders) agent.destroy();
  console.info(JSON.stringify(Object.fromEntries(contenders.map(({ url, samples }) => [url, { p50: percentile(samples, 0.5), p99: percentile(samples, 0.99) }]))));
}

async function follow(url: string): Promise<void> {
  const agent = new Agent({ keepAlive: false });
  let before = "";
  for (;;) {
    const answer = await ask(url, agent);
    if (answer !== before) console.info(`${Date.now()} ${answer}`);
    before = answer;
    await pause(betweenMs);
  }
}

if (values.follow !== undefined) await follow(values.follow);
else await compare(values.compare ?? [], Number(values.requests));
