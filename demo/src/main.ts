import { fileURLToPath } from "node:url";
import { type DemoOptions, parseDemoOptions } from "./demo-options.ts";
import { startStack } from "./stack.ts";
import { createSteps } from "./steps.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

function readOptions(): DemoOptions {
  try {
    return parseDemoOptions(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  }
}

const options = readOptions();
const startedMs = performance.now();
const interrupted = new AbortController();
const steps = createSteps((line) => console.log(line), () => performance.now());

console.log("Sluice: two clusters, one service, and a slider that moves its requests\n");
const starting = startStack(root, options, steps, interrupted.signal);

let ending = false;
const end = () => {
  // Asked twice: whoever asks will not wait.
  if (ending) process.exit(1);
  ending = true;
  console.log("\nEnding everything that was started…");
  interrupted.abort(new Error("interrupted"));
  starting
    .then((stack) => stack.stop())
    .then(
      () => process.exit(0),
      () => process.exit(1),
    );
};
process.on("SIGINT", end);
process.on("SIGTERM", end);
process.on("SIGHUP", end);

try {
  const { consoleUrl, kubeconfigPath } = await starting;
  const [first = "", second = ""] = options.members;
  console.log(`
Ready after ${((performance.now() - startedMs) / 1000).toFixed(1)} s.

  Console   ${consoleUrl}
  kubectl   export KUBECONFIG=${kubeconfigPath}

Try:
  kubectl --context control-plane get clusters.flomesh.io
  kubectl --context ${first} get serviceexports,serviceimports,globaltrafficpolicies -A
  kubectl --context ${first} get pods -A${second === "" ? "" : `     # and the same of ${second}`}

Ctrl-C ends it all; the next start continues from ${options.dir} (-- --fresh begins anew).`);
} catch (error) {
  if (!ending) {
    console.error(`\nThe demo can't start: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
