import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { parseArgs } from "node:util";
import { announceReady } from "./announce-ready.ts";
import { answerWebSockets } from "./answer-web-sockets.ts";

/** Behaviour that can be changed while the server runs, with `PUT /__echo?delay=20ms&error-rate=0.05`. */
interface Behaviour {
  delayMs: number;
  /** Share of requests answered with 500, 0 to 1. */
  errorRate: number;
}

const adminPath = "/__echo";
const delayMsMax = 60_000;

function parseDelay(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s)?$/.exec(text);
  const delayMs = match === null ? Number.NaN : Number(match[1]) * (match[2] === "s" ? 1000 : 1);
  if (!(delayMs >= 0 && delayMs <= delayMsMax)) throw new Error(`delay "${text}" is not a time like 20ms or 1.5s, at most ${delayMsMax / 1000}s`);
  return delayMs;
}

function parseRate(text: string): number {
  const rate = Number(text);
  if (text === "" || !(rate >= 0 && rate <= 1)) throw new Error(`error-rate "${text}" is not a number from 0 to 1`);
  return rate;
}

function change(behaviour: Behaviour, query: URLSearchParams, response: ServerResponse): void {
  try {
    for (const [name, value] of query) {
      if (name === "delay") behaviour.delayMs = parseDelay(value);
      else if (name === "error-rate") behaviour.errorRate = parseRate(value);
      else throw new Error(`unknown parameter "${name}": there are delay and error-rate`);
    }
    response.end(`${JSON.stringify(behaviour)}\n`);
  } catch (error) {
    response.writeHead(400);
    response.end(`${error instanceof Error ? error.message : String(error)}\n`);
  }
}

/** `sluice-echo [--port 8080] [--delay 20ms] [--error-rate 0.05]`: answers with what it was asked, and by whom it was answered; each message of a WebSocket likewise. */
function main(): void {
  const { values } = parseArgs({ options: { port: { type: "string", default: "8080" }, delay: { type: "string", default: "0ms" }, "error-rate": { type: "string", default: "0" } } });
  const behaviour: Behaviour = { delayMs: parseDelay(values.delay), errorRate: parseRate(values["error-rate"]) };
  const { SLUICE_POD: pod = "", SLUICE_CLUSTER: cluster = "" } = process.env;
  const described = ({ method, url, headers, socket }: IncomingMessage): string => JSON.stringify({ cluster, pod, method, path: url, headers, from: socket.remoteAddress });
  const server = createServer((request, response) => {
    request.resume();
    const url = new URL(request.url ?? "/", "http://echo.invalid");
    if (url.pathname === adminPath) return change(behaviour, request.method === "PUT" ? url.searchParams : new URLSearchParams(), response);
    const answer = (): void => {
      const status = Math.random() < behaviour.errorRate ? 500 : 200;
      response.writeHead(status, { "content-type": "application/json" });
      response.end(`${described(request)}\n`);
    };
    if (behaviour.delayMs === 0) answer();
    else setTimeout(answer, behaviour.delayMs);
    return undefined;
  });
  const endWebSockets = answerWebSockets(server, (_text, request) => described(request));
  server.keepAliveTimeout = 60_000;
  const host = process.env["POD_IP"] ?? "127.0.0.1";
  const port = Number(values.port);
  server.listen({ host, port }, () => {
    console.info(`echo: serving on ${host}:${port}`);
    announceReady();
  });
  process.once("SIGTERM", () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
    endWebSockets();
  });
}

try {
  main();
} catch (error) {
  console.error(`sluice-echo: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
