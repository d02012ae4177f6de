import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { eventually } from "../../ground/eventually.ts";
import { isAlive, killAll, signal, startDetached, untilGone } from "./processes.ts";

test("what was killed reads as dead, whatever it had to give back", async ({ skip }) => {
  if (!existsSync("/proc/self/stat")) skip("there is no /proc here: only Linux has real clusters");
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-processes-"));
  const large = `const memory = Buffer.alloc(2 ** 29, 1); require("node:fs").writeFileSync(${JSON.stringify(path.join(folder, "filled"))}, "1"); setInterval(() => memory.length, 1000)`;
  const started = startDetached(process.execPath, ["-e", large], path.join(folder, "log"));
  try {
    await eventually("its memory is filled", () => Promise.resolve(readFileSync(path.join(folder, "filled"))));
    await killAll([started]);
    expect(isAlive(started)).toBe(false);
  } finally {
    signal(started, "SIGKILL");
    rmSync(folder, { recursive: true });
  }
});

test("what was told to end is waited for until nothing of it is left", async ({ skip }) => {
  if (!existsSync("/proc/self/stat")) skip("there is no /proc here: only Linux has real clusters");
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-processes-"));
  const started = startDetached("sleep", ["600"], path.join(folder, "log"));
  try {
    expect(isAlive(started)).toBe(true);
    signal(started, "SIGKILL");
    await untilGone(started);
    expect(existsSync(`/proc/${started.pid}`)).toBe(false);
  } finally {
    signal(started, "SIGKILL");
    rmSync(folder, { recursive: true });
  }
});
