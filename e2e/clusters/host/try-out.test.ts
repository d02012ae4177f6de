import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { tryOut } from "./try-out.ts";

/** A machine that refuses what `refuses` is part of; `done` is what was asked of it. */
function machine(refuses: string): { run: (command: string, args: readonly string[]) => Promise<string>; done: string[] } {
  const done: string[] = [];
  const run = (command: string, args: readonly string[]): Promise<string> => {
    const line = [command, ...args].join(" ");
    done.push(line);
    return line.includes(refuses) ? Promise.reject(new Error("Operation not permitted")) : Promise.resolve("");
  };
  return { run, done };
}

function folder(): string {
  const made = mkdtempSync(path.join(tmpdir(), "sluice-cgroups-"));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

test.each([
  ["netns add", "a network namespace"],
  ["type bridge", "a bridge"],
  ["type veth", "a pair of links into the namespace"],
  ["nft", "a rule of nftables"],
  ["iptables", "a rule of iptables"],
  ["unshare", "a node's mounts"],
])("a machine that refuses %s is told by name, and nothing stays", async (refuses, what) => {
  const { run, done } = machine(refuses);
  expect(await tryOut({ run, cgroupRoot: folder() })).toBe(`real clusters can't run here: this machine refuses ${what}: Operation not permitted`);
  const name = /netns add (\S+)/.exec(done[0] ?? "")?.[1];
  expect(done.slice(-2)).toEqual([expect.stringMatching(/^ip link delete /), `ip netns delete ${name}`]);
});

test("where no cgroups are mounted there are none, and no folder stays", async () => {
  const root = folder();
  for (const name of ["cpu", "memory", "pids"]) mkdirSync(path.join(root, name));
  expect(await tryOut({ run: machine("nothing").run, cgroupRoot: root })).toMatch(/this machine refuses a cgroup: .*is no cgroup/);
  expect(new Set(readdirSync(root, { recursive: true, encoding: "utf8" }))).toEqual(new Set(["cpu", "memory", "pids"]));
  expect(await tryOut({ run: machine("nothing").run, cgroupRoot: path.join(root, "none") })).toMatch(/this machine refuses a cgroup: ENOENT/);
});
