import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { eventually } from "../ground/eventually.ts";
import { findKubectl, Kubectl } from "../ground/kubectl.ts";
import type { ExtraCluster } from "./console-ground.ts";
import { freePort } from "./processes.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A cluster that no set knows, in a sandbox of its own, prepared as the README tells: custom resources and the member's parts. */
export async function startExtraCluster(name: string): Promise<ExtraCluster> {
  const binary = findKubectl();
  if (binary === undefined) throw new Error("no kubectl: set KUBECTL_PATH");
  const folder = mkdtempSync(join(tmpdir(), "sluice-extra-"));
  const child = spawn(process.execPath, ["packages/sandbox/src/cli.ts", "--clusters", name, "--dir", folder], { cwd: root, stdio: "ignore" });
  const stop = async () => {
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const path = join(folder, "kubeconfig");
    const kubectl = new Kubectl(binary, path, name, join(folder, "home"));
    await eventually(`the cluster ${name}`, () => kubectl.run(["get", "--raw", "/readyz"]));
    await kubectl.run(["apply", "-f", join(root, "deploy/crds")]);
    await kubectl.run(["apply", "-f", join(root, "deploy/member")]);
    const gatewayPort = await freePort();
    await kubectl.run(["patch", "service", "sluice-gateway", "-n", "sluice-system", "--type", "json", "-p", JSON.stringify([{ op: "replace", path: "/spec/ports/0/port", value: gatewayPort }])]);
    return { name, kubeconfig: readFileSync(path, "utf8"), gatewayHost: "127.0.0.1", gatewayPort, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
  });
}
