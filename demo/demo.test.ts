import { spawnSync } from "node:child_process";
import { connect } from "node:net";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createClient } from "@sluice/kubernetes/create-client";
import { kinds } from "@sluice/kubernetes/kinds";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { canSeeProcesses, processTree, stillRunning, type TreeProcess } from "./testing/process-tree.ts";
import { type RunningDemo, startDemo } from "./testing/running-demo.ts";

const program = path.join(import.meta.dirname, "src/main.ts");
const endMsMax = 30_000;

test("an unknown flag is an error that lists those there are", () => {
  const { status, stderr } = spawnSync(process.execPath, [program, "--frsh"], { encoding: "utf8", timeout: 60_000 });
  expect(status).toBe(2);
  expect(stderr).toContain("--frsh");
  for (const flag of ["--fresh", "--no-workloads", "--port"]) expect(stderr).toContain(flag);
});

if (!canSeeProcesses) console.info("skipped: whether the demo leaves processes behind is seen in /proc, which this system has not");

/** Those of the processes that do not end within the bound. */
async function leftOf(processes: readonly TreeProcess[]): Promise<string[]> {
  const deadline = Date.now() + endMsMax;
  while (Date.now() < deadline && stillRunning(processes).length > 0) await pause(100);
  return stillRunning(processes).map(({ pid, command }) => `${pid} ${command}`);
}

function isListening(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

describe.skipIf(!canSeeProcesses)("the demo", () => {
  let folder: string;
  let demo: RunningDemo | undefined;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "sluice-demo-"));
  });
  afterEach(async () => {
    try {
      await demo?.stop();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 60_000);

  const clientOf = ({ kubeconfig }: RunningDemo) => createClient({ kubeconfig: readFileSync(kubeconfig, "utf8"), context: "1-23" });
  const servers = ({ kubeconfig, url }: RunningDemo) => [url, ...[...readFileSync(kubeconfig, "utf8").matchAll(/server: (\S+)/g)].map(([, server = ""]) => server)];

  test("ends everything on SIGTERM, and the next start continues", { timeout: 400_000 }, async () => {
    demo = await startDemo(["--fresh", "--no-workloads", "--dir", folder]);
    const client = clientOf(demo);
    await client.create(kinds.namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name: "kept" } });
    await client.close();
    const processes = processTree(demo.pid);
    const addresses = servers(demo);
    expect(processes.length).toBeGreaterThan(4);
    expect(await Promise.all(addresses.map(isListening))).toEqual(addresses.map(() => true));

    process.kill(demo.pid, "SIGTERM");
    expect(await leftOf(processes)).toEqual([]);
    expect(await Promise.all(addresses.map(isListening))).toEqual(addresses.map(() => false));

    demo = await startDemo(["--no-workloads", "--dir", folder]);
    const again = clientOf(demo);
    expect((await again.get(kinds.namespaces, { name: "kept" })).metadata.name).toBe("kept");
    await again.close();
  });

  test("leaves nothing running when it is killed", { timeout: 400_000 }, async () => {
    demo = await startDemo(["--fresh", "--no-workloads", "--dir", folder]);
    const processes = processTree(demo.pid);
    process.kill(demo.pid, "SIGKILL");
    expect(await leftOf(processes)).toEqual([]);
  });
});
