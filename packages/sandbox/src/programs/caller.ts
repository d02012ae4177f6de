import { Agent, request, type RequestOptions, setGlobalProxyFromEnv } from "node:http";
import { parseArgs } from "node:util";
import { callWebSocket } from "./call-web-socket.ts";

const timeoutMsMax = 10_000;
const inFlightMax = 1_000;
const answerLengthMax = 200;
const kindsMax = 50;
const closeMsMax = 200;

/** What a request needs to go by the forward proxy that the environment names, or straight to the host. */
function target(url: URL): RequestOptions {
  const proxy = process.env["http_proxy"] ?? "";
  if (proxy === "" || /^127\.|^localhost$|^\[::1\]$/.test(url.hostname)) return { host: url.hostname.replace(/^\[|\]$/g, ""), port: url.port || 80, path: url.pathname + url.search };
  const { hostname, port, username, password } = new URL(proxy);
  return {
    host: hostname,
    port,
    path: url.href,
    headers: { host: url.host, "proxy-authorization": `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64")}` },
  };
}

/** The first line of an answer, as much of it as is counted by. */
function firstLine(text: string): string {
  return text.split("\n")[0]?.slice(0, answerLengthMax) ?? "";
}

/** One request; resolves to the answer's first line, or to what went wrong. Never rejects. */
async function call(options: RequestOptions): Promise<string> {
  return await new Promise((resolve) => {
    const outgoing = request({ ...options, timeout: timeoutMsMax }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        if (text.length < answerLengthMax) text += chunk;
      });
      response.once("end", () => resolve(`${response.statusCode === 200 ? "" : `${response.statusCode} `}${firstLine(text)}`));
      response.once("error", (error) => resolve(`error: ${error.message}`));
    });
    outgoing.once("timeout", () => outgoing.destroy(new Error(`no answer within ${timeoutMsMax} ms`)));
    outgoing.once("error", (error: NodeJS.ErrnoException) => resolve(`error: ${error.code ?? error.message}`));
    outgoing.end();
  });
}

/**
 * `sluice-caller --url U [--url U …] --rate N [--keep-alive | --web-socket]`: N requests a second whatever the answers, to each
 * address in turn, or messages over one WebSocket to each, and a line of counts each second. With several addresses each
 * answer has its host and port in front.
 */
function main(): void {
  const { values } = parseArgs({ options: { url: { type: "string", multiple: true, default: [] }, rate: { type: "string", default: "10" }, "keep-alive": { type: "boolean", default: false }, "web-socket": { type: "boolean", default: false } } });
  const rate = Number(values.rate);
  if (values.url.length === 0 || values.url.some((url) => !url.startsWith("http://"))) throw new Error("--url wants an http address");
  if (!(rate > 0 && rate <= 10_000)) throw new Error(`--rate ${values.rate} is not a number above 0, at most 10000`);
  if (values["keep-alive"] && values["web-socket"]) throw new Error("--keep-alive and --web-socket exclude each other");
  // Node's own WebSocket goes by the forward proxy of the environment only when told so.
  if (values["web-socket"]) setGlobalProxyFromEnv();
  const agent = new Agent({ keepAlive: values["keep-alive"], maxSockets: inFlightMax });
  let counts = new Map<string, number>();
  let inFlight = 0;
  const count = (answer: string): void => {
    const name = counts.has(answer) || counts.size < kindsMax ? answer : "other";
    counts.set(name, (counts.get(name) ?? 0) + 1);
  };
  const callees = values.url.map((url) => {
    const named = values.url.length > 1 ? `${new URL(url).host} ` : "";
    if (values["web-socket"]) return callWebSocket(url, (answer) => count(`${named}${firstLine(answer)}`));
    const options = { ...target(new URL(url)), agent };
    return {
      send(): void {
        if (inFlight >= inFlightMax) {
          count("error: too many requests wait for an answer");
          return;
        }
        inFlight += 1;
        void call(options).then((answer) => {
          inFlight -= 1;
          count(`${named}${answer}`);
        });
      },
      close: () => agent.destroy(),
    };
  });
  const startMs = performance.now();
  let sent = 0;
  // Open loop: what is due is sent, also while answers are late; a long pause is not made up for all at once.
  const tick = setInterval(() => {
    const due = Math.floor(((performance.now() - startMs) / 1000) * rate);
    sent = Math.max(sent, due - Math.ceil(rate));
    for (; sent < due; sent += 1) callees[sent % callees.length]?.send();
  }, Math.max(5, Math.min(1000 / rate, 1000)));
  const report = setInterval(() => {
    console.info(JSON.stringify(Object.fromEntries(counts)));
    counts = new Map();
  }, 1000);
  process.once("SIGTERM", () => {
    clearInterval(tick);
    clearInterval(report);
    for (const callee of callees) callee.close();
    // A WebSocket's end is agreed on by both sides.
    setTimeout(() => process.exit(0), values["web-socket"] ? closeMsMax : 0);
  });
}

try {
  main();
} catch (error) {
  console.error(`sluice-caller: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
