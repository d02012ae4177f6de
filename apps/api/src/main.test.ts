import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { TestSet } from "./testing/test-clusters.ts";

const set = new TestSet();
let folder: string;
const children: ChildProcess[] = [];
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sluice-api-"));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await set.end();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(...flags: string[]) {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, "main.ts"), ...flags], { stdio: ["ignore", "pipe", "pipe"] });
  children.push(child);
  const output = { text: "" };
  child.stdout.on("data", (chunk: Buffer) => (output.text += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output.text += chunk.toString()));
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.on("close", resolve);
  return { child, output, ended: promise };
}

it("refuses to listen for everybody, with the reason", async () => {
  const { output, ended } = start("--listen", "0.0.0.0:4000");
  expect(await ended).toBe(2);
  expect(output.text).toContain("no sign-in yet");
});

it("ends in order on SIGTERM", async () => {
  const controlPlane = await set.cluster("control-plane");
  const kubeconfig = path.join(folder, "kubeconfig");
  writeFileSync(kubeconfig, controlPlane.kubeconfig);
  const { child, output, ended } = start("--listen", "127.0.0.1:0", "--kubeconfig", kubeconfig);
  await vi.waitFor(() => expect(output.text).toContain("this replica leads"), { timeout: 20_000 });
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
});

it("ends with an error when its address is taken", async () => {
  const controlPlane = await set.cluster("control-plane");
  const kubeconfig = path.join(folder, "kubeconfig");
  writeFileSync(kubeconfig, controlPlane.kubeconfig);
  const taken = new URL(controlPlane.server.server).host;
  const { output, ended } = start("--listen", "127.0.0.1:0", "--health-listen", taken, "--kubeconfig", kubeconfig);
  expect(await ended).toBe(1);
  expect(output.text).toContain("EADDRINUSE");
});
