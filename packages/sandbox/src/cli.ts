import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { startSandbox, type SandboxOptions } from "./sandbox.ts";

const usage = `npm run sandbox -- [flags]
  --clusters a,b      names of the clusters (control-plane,1-23,1-25)
  --dir DIR           folder of the state (.sluice)
  --fresh             begin anew
  --single-address    everything on 127.0.0.1 (always on macOS)
  --help`;

function readArguments(argv: string[]): SandboxOptions | undefined {
  const { values } = parseArgs({
    args: argv,
    allowPositionals: false,
    options: {
      clusters: { type: "string", default: "control-plane,1-23,1-25" },
      dir: { type: "string", default: ".sluice" },
      fresh: { type: "boolean", default: false },
      "single-address": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  return {
    clusters: values.clusters.split(",").map((name) => ({ name: name.trim() })),
    dir: resolve(values.dir),
    fresh: values.fresh,
    ...(values["single-address"] ? { singleAddress: true } : {}),
  };
}

async function main(): Promise<void> {
  let options: SandboxOptions | undefined;
  try {
    options = readArguments(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    process.exitCode = 2;
    return;
  }
  if (options === undefined) return console.info(usage);
  const ending = Promise.withResolvers<void>();
  process.once("SIGINT", ending.resolve);
  process.once("SIGTERM", ending.resolve);
  try {
    const sandbox = await startSandbox(options);
    console.info(`export KUBECONFIG=${sandbox.kubeconfigPath}`);
    for (const { name, server } of sandbox.clusters) console.info(`  kubectl --context ${name} get pods -A    # ${server}`);
    await ending.promise;
    await sandbox.stop();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}

await main();
