import type { ServerResponse } from "node:http";
import type { ContainerRunner } from "./container-runner.ts";
import type { LogLine } from "./log-file.ts";

/** Bytes that may wait for a slow follower before its connection is cut. */
const waitingMax = 8 * 1024 * 1024;

function waitingReason(runner: ContainerRunner): string {
  const { state } = runner.report;
  return "waiting" in state ? state.waiting.reason : "no process of it ran here";
}

/** Answers a log request: `follow`, `tailLines`, `sinceSeconds`, `sinceTime`, `timestamps`, `previous`, `limitBytes` (core/v1 PodLogOptions). */
export function sendLog({ pod, query, runner }: { pod: string; query: URLSearchParams; runner: ContainerRunner }, response: ServerResponse): void {
  const isPrevious = query.get("previous") === "true";
  const log = runner.log(isPrevious);
  if (log === undefined) {
    response.writeHead(400, { "content-type": "text/plain" });
    const container = JSON.stringify(runner.report.name);
    response.end(isPrevious ? `previous terminated container ${container} in pod "${pod}" not found\n` : `container ${container} in pod "${pod}" is waiting to start: ${waitingReason(runner)}\n`);
    return;
  }
  const sinceSeconds = query.get("sinceSeconds");
  const sinceTime = query.get("sinceTime");
  const fromMs = sinceSeconds !== null ? Date.now() - Number(sinceSeconds) * 1000 : sinceTime !== null ? Date.parse(sinceTime) : 0;
  const tail = query.get("tailLines");
  const limit = Number(query.get("limitBytes") ?? Number.POSITIVE_INFINITY);
  const format = ({ timeMs, text }: LogLine): string => (query.get("timestamps") === "true" ? `${new Date(timeMs).toISOString()} ${text}\n` : `${text}\n`);
  response.writeHead(200, { "content-type": "text/plain" });
  const lines = log.read().filter(({ timeMs }) => timeMs >= fromMs);
  const shown = tail === null ? lines : Number(tail) === 0 ? [] : lines.slice(-Number(tail));
  response.write(Buffer.from(shown.map(format).join("")).subarray(0, limit === Number.POSITIVE_INFINITY ? undefined : limit));
  if (query.get("follow") !== "true") return void response.end();
  const stop = log.follow((line) => {
    if (line === undefined) response.end();
    else if (response.writableLength > waitingMax) response.destroy();
    else response.write(format(line));
  });
  response.once("close", stop);
  return undefined;
}
