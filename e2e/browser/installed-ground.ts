import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { anyKubectl } from "../clusters/ground.ts";
import { keepForward } from "../clusters/keep-forward.ts";
import { Kubectl } from "../ground/kubectl.ts";
import { givenCallers } from "../story/callers.ts";
import { givenExportedHttpbin, untilImported } from "../story/story.ts";
import type { ConsoleGround, ExtraCluster } from "./console-ground.ts";

export interface Installed {
  /** File with the contexts control-plane, 1-23 and 1-25, where docs/install.md was carried out. */
  kubeconfig: string;
  /** File with the extra cluster as JSON, without its `stop`: it belongs to who installed it. */
  extraCluster: string;
}

/** The console that Helm installed into real clusters, by a port forward as its users reach it. */
export async function startInstalledGround({ kubeconfig, extraCluster }: Installed): Promise<ConsoleGround> {
  if (kubeconfig === "" || extraCluster === "") throw new Error("SLUICE_E2E_KUBECONFIG and SLUICE_E2E_EXTRA_CLUSTER name no files: set them to a kubeconfig and to the extra cluster as JSON");
  const home = mkdtempSync(path.join(tmpdir(), "sluice-kubectl-"));
  const kubectl = (context: string) => new Kubectl(anyKubectl(), kubeconfig, context, home);
  const forward = await keepForward(kubeconfig);
  const story = { kubectl, proxies: 2, followsLater: true };
  const stop = async () => {
    await forward.close();
    // Nobody waits for them to end; who needs callers next begins them anew.
    await kubectl("1-23").try(["scale", "deploy", "--all", "-n", "callers", "--replicas", "0"]);
    rmSync(home, { recursive: true, force: true });
  };
  try {
    await givenExportedHttpbin(story);
    await kubectl("1-23").run(["delete", "globaltrafficpolicies", "httpbin", "-n", "httpbin", "--ignore-not-found"]);
    await untilImported(story, "1-25", ["1-23"]);
    await givenCallers(story, "1-23");
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ...story,
    url: forward.origin,
    startExtraCluster: () => Promise.resolve({ ...(JSON.parse(readFileSync(extraCluster, "utf8")) as Omit<ExtraCluster, "stop">), stop: () => Promise.resolve() }),
    // API server and console are containers of one pod, and the forward ends with it: both replicas, since kubectl chose one of them.
    killApiServer: async () => void (await kubectl("control-plane").run(["delete", "pods", "-n", "sluice-system", "-l", "app.kubernetes.io/name=sluice", "--grace-period=1", "--timeout=90s"], { timeoutMs: 100_000 })),
    stop,
  };
}
