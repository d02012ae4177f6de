import { pino } from "pino";
import { CommandLineError, parseCommandLine, usage, type CommandLine } from "./command-line.ts";
import { runProxy } from "./run-proxy.ts";

const logger = pino({ level: process.env["LOG_LEVEL"] ?? "info", base: { pod: process.env["POD_NAME"] } });

/** Starts the program; resolves to what ends it in order. */
async function start(options: CommandLine): Promise<() => Promise<void>> {
  if (options.program === "proxy") {
    const proxy = await runProxy(options, logger);
    return () => proxy.drain();
  }
  // Only this program pays for what the controller needs.
  const { runAttach } = await import("./attach/run-attach.ts");
  const attach = await runAttach(options, logger);
  if (options.detachAll) void attach.detached.then(() => end("everything is detached", 0));
  return () => attach.stop();
}

function readOptions(): CommandLine {
  try {
    return parseCommandLine(process.argv.slice(2), process.env);
  } catch (error) {
    if (!(error instanceof CommandLineError)) throw error;
    process.stderr.write(`${error.message}\n\n${usage}`);
    process.exit(2);
  }
}

let ending = false;
const running = start(readOptions()).catch((error: unknown) => {
  logger.fatal({ err: error }, "can't start");
  process.exit(1);
});

function end(why: string, status: number): void {
  // Asked twice: whoever asks will not wait.
  if (ending) process.exit(status);
  ending = true;
  logger.info(`ending: ${why}`);
  void running
    .then((stop) => stop())
    .catch((error: unknown) => logger.error({ err: error }, "did not end in order"))
    .finally(() => process.exit(status));
}

process.on("SIGTERM", () => end("SIGTERM", 0));
process.on("SIGINT", () => end("SIGINT", 0));
// A process whose state may be wrong leaves, but lets its callers finish.
process.on("uncaughtException", (error) => {
  logger.fatal({ err: error }, "uncaught exception");
  end("uncaught exception", 1);
});
