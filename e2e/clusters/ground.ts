import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { isIPv4 } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { Kubectl, findKubectl } from "../ground/kubectl.ts";
import { kubernetesProgram, newestMinor } from "./build/programs.ts";

/** Real clusters for a test: those of `SLUICE_E2E_KUBECONFIG`, or ones of its own that end with it. */
export interface RealGround {
  kubeconfig: string;
  /** Where the clusters keep what they have; undefined for those of `SLUICE_E2E_KUBECONFIG`. */
  folder: string | undefined;
  kubectl(context: string): Kubectl;
  /** IPv4 addresses at which the nodes of a cluster, and so its gateway, are reached from the other clusters. */
  nodeAddresses(context: string): Promise<string[]>;
  /** Clusters are mended: what a test has killed lives again. */
  mend(): Promise<void>;
  stop(): Promise<void>;
}

const main = path.join(import.meta.dirname, "main.ts");

/** Runs `npm run clusters -- …` and answers what it printed; throws with that. */
async function clusters(args: readonly string[], timeoutMs: number): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [main, ...args], { timeout: timeoutMs, killSignal: "SIGTERM", maxBuffer: 16 * 1024 * 1024 });
  return stdout;
}

/** `KUBECTL_PATH`, the first on PATH, or the one that is built for the clusters. */
export function anyKubectl(): string {
  return findKubectl() ?? kubernetesProgram(newestMinor, "kubectl").file;
}

/**
 * Clusters with these names (`control-plane`, `1-23`, `1-25` are the contexts of a kubeconfig that is given), with `nodes`
 * as `npm run clusters -- up --nodes` takes it. Throws with what is missing on this machine.
 */
export async function startRealGround(names: readonly string[], nodes = ""): Promise<RealGround> {
  const binary = anyKubectl();
  const given = process.env["SLUICE_E2E_KUBECONFIG"];
  const folder = given === undefined ? mkdtempSync(path.join(tmpdir(), "sluice-clusters-")) : undefined;
  const up = async () => void (folder !== undefined && (await clusters(["up", "--dir", folder, "--names", names.join(","), "--nodes", nodes], 1_500_000)));
  const home = mkdtempSync(path.join(tmpdir(), "sluice-kubectl-"));
  const stop = async () => {
    rmSync(home, { recursive: true, force: true });
    if (folder !== undefined) await clusters(["down", "--dir", folder], 120_000);
  };
  await up().catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const kubeconfig = given ?? path.join(folder ?? "", "kubeconfig");
  const clients = new Map(names.map((name) => [name, new Kubectl(binary, kubeconfig, name, home)]));
  const kubectl = (context: string) => {
    const client = clients.get(context);
    if (client === undefined) throw new Error(`there is no cluster ${context}; there are ${names.join(", ")}`);
    return client;
  };
  return {
    kubeconfig,
    folder,
    kubectl,
    nodeAddresses: async (context) => {
      const text = await kubectl(context).run(["get", "nodes", "-o", `jsonpath={.items[*].status.addresses[?(@.type=="InternalIP")].address}`]);
      return text.split(" ").filter(isIPv4);
    },
    mend: up,
    stop,
  };
}
