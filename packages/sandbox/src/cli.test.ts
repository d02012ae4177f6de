import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { createClient } from "@sluice/kubernetes/create-client";
import { kinds } from "@sluice/kubernetes/kinds";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

const program = `${import.meta.dirname}/cli.ts`;
const soon = { timeout: 60_000, interval: 50 };
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(`${tmpdir()}/sandbox-cli-`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) => spawnSync(process.execPath, [program, ...args], { encoding: "utf8", timeout: 60_000 });
const isListening = (server: string) =>
  new Promise<boolean>((resolve) => {
    const { hostname, port } = new URL(server);
    const socket = connect(Number(port), hostname, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });

// Each starts Node anew, some with whole clusters.
describe("npm run sandbox", { timeout: 180_000 }, () => {
  it("names the flags that there are", () => {
    const help = run("--help");
    expect(help.status).toBe(0);
    for (const flag of ["--clusters", "--dir", "--fresh", "--single-address"]) expect(help.stdout).toContain(flag);
    const unknown = run("--frsh");
    expect(unknown.status).toBe(2);
    expect(unknown.stderr).toContain("--frsh");
    expect(unknown.stderr).toContain("--fresh");
  });

  it("refuses names that can't be clusters'", () => {
    const bad = run("--clusters", "one,One", "--dir", folder);
    expect(bad.status).toBe(1);
    expect(bad.stderr).toContain('cluster "One"');
  });

  it.each([[[]], [["--single-address"]]])("starts clusters, and SIGTERM leaves nothing: %j", async (flags) => {
    const child = spawn(process.execPath, [program, "--clusters", "a,b", "--dir", folder, "--fresh", ...flags], { stdio: ["ignore", "pipe", "inherit"] });
    const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
    try {
      await vi.waitFor(() => expect(text).toContain("--context b"), soon);
      expect(text).toContain(`export KUBECONFIG=${folder}/kubeconfig`);
      expect(statSync(`${folder}/kubeconfig`).mode & 0o777).toBe(0o600);
      const kubeconfig = readFileSync(`${folder}/kubeconfig`, "utf8");
      const client = createClient({ kubeconfig, context: "b" });
      await client.create(kinds.pods, { apiVersion: "v1", kind: "Pod", metadata: { name: "sleeper", namespace: "default" }, spec: { containers: [{ name: "app", image: "curlimages/curl", command: ["sh", "-c", "echo pid $$$$; exec sleep 365d"] }] } });
      const pid = await vi.waitFor(async () => {
        const found = /pid (\d+)/.exec((await client.raw("/api/v1/namespaces/default/pods/sleeper/log")).text)?.[1];
        expect(found).toBeDefined();
        return Number(found);
      }, soon);
      await client.close();
      const servers = [...kubeconfig.matchAll(/server: (\S+)/g)].map(([, server = ""]) => server);
      expect(await Promise.all(servers.map(isListening))).toEqual([true, true]);
      child.kill("SIGTERM");
      expect(await exited).toBe(0);
      expect(await Promise.all(servers.map(isListening))).toEqual([false, false]);
      expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    } finally {
      child.kill("SIGKILL");
    }
  });
});
