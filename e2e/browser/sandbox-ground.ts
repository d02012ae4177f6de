import { startGround } from "../ground/ground.ts";
import type { ConsoleGround } from "./console-ground.ts";
import { startExtraCluster } from "./extra-cluster.ts";
import { killApiServer } from "./processes.ts";

/** A whole Sluice with the demo's workloads, in a folder of its own that ends with it. */
export async function startSandboxGround(): Promise<ConsoleGround> {
  const demo = await startGround({ members: ["1-23", "1-25"], workloads: true });
  return {
    url: demo.url,
    kubectl: (context) => demo.kubectl(context),
    startExtraCluster: () => startExtraCluster("extra"),
    killApiServer: () => killApiServer(demo.pid),
    stop: () => demo.stop(),
  };
}
