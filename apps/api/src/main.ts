import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { createClient } from "@sluice/kubernetes/create-client";
import { loadCredentials } from "@sluice/kubernetes/load-credentials";
import { pino } from "pino";
import { readSettings, type Settings } from "./env.ts";
import { startApi } from "./start-api.ts";
import { controllerManager } from "./world/labels.ts";

/** Ends a process that does not end in order. */
const stopMsMax = 10_000;

function settings(): Settings {
  try {
    return readSettings(process.argv.slice(2), process.env);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  }
}

const { logLevel, kubeconfig, context, listen, healthListen, createNamespaces, allowInsecure, identity } = settings();
const log = pino({ level: logLevel, base: null });
try {
  const controlPlane = createClient({ credentials: loadCredentials({ file: kubeconfig, context }), fieldManager: controllerManager, userAgent: "sluice-api" });
  const api = await startApi({
    controlPlane,
    listen,
    ...(healthListen === undefined ? {} : { healthListen }),
    identity: identity ?? `${hostname()}-${randomUUID().slice(0, 8)}`,
    log,
    createNamespaces,
    allowInsecure,
  });
  log.info({ url: api.url, healthUrl: api.healthUrl, controlPlane: controlPlane.server }, "the API server listens");
  const end = (signal: NodeJS.Signals) => {
    log.info({ signal }, "ending");
    setTimeout(() => process.exit(1), stopMsMax).unref();
    api
      .stop()
      .then(() => controlPlane.close())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, "did not end in order");
          process.exit(1);
        },
      );
  };
  process.once("SIGTERM", end);
  process.once("SIGINT", end);
} catch (error) {
  log.fatal({ err: error }, "the API server can't start");
  process.exitCode = 1;
}
