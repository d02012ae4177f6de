import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { announceReady } from "./announce-ready.ts";
import { answerWebSockets } from "./answer-web-sockets.ts";
import { parsePipyScript, type PipyScript } from "./pipy-script.ts";

/** How long the end waits for those who keep a connection. */
const keptMsMax = 1_000;

/** `pipy -e SCRIPT`: serves what the script says; as the stand-in that it is, over WebSockets too. */
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
  let ending = false;
  const server = createServer((request, response) => {
    request.resume();
    if (ending) response.setHeader("connection", "close");
    response.writeHead(status, headers);
    response.end("text" in body ? body.text : (request.url ?? "/"));
  });
  const endWebSockets = answerWebSockets(server, (_text, request) => ("text" in body ? body.text : (request.url ?? "/")));
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
    // What is in flight is finished, and who keeps a connection is told with the next answer that it ends: closed without
    // a word, it could take a request with it that is on its way.
    ending = true;
    const end = () => {
      if (!server.listening) return;
      clearInterval(looking);
      server.close(() => process.exit(0));
      server.closeIdleConnections();
      endWebSockets();
    };
    const endMs = performance.now() + keptMsMax;
    const looking = setInterval(() => server.getConnections((_error, open) => (open === 0 || performance.now() > endMs) && end()), 50);
  });
}

main();
