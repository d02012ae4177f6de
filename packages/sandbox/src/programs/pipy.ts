import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { announceReady } from "./announce-ready.ts";
import { parsePipyScript, type PipyScript } from "./pipy-script.ts";

/** `pipy -e SCRIPT`: serves what the script says. */
function main(): void {
  let script: PipyScript;
  try {
    const { values } = parseArgs({ options: { eval: { type: "string", short: "e" } }, allowPositionals: false });
    if (values.eval === undefined) throw new Error(`use: pipy -e "pipy().listen(8080).serveHTTP(new Message('text'))"`);
    script = parsePipyScript(values.eval);
  } catch (error) {
    console.error(`pipy: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
    return;
  }
  const { body, status, headers } = script;
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(status, headers);
    response.end("text" in body ? body.text : (request.url ?? "/"));
  });
  server.keepAliveTimeout = 60_000;
  const host = process.env["POD_IP"] ?? "127.0.0.1";
  const { port } = script;
  server.once("error", (error) => {
    console.error(`pipy: can't listen on ${host}:${port}: ${error.message}`);
    process.exit(1);
  });
  server.listen({ host, port }, () => {
    console.info(`pipy: serving on ${host}:${port}`);
    announceReady();
  });
  process.once("SIGTERM", () => {
    // As pipy: what is in flight is finished, then the process ends.
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
}

main();
