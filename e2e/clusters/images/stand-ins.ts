import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import path from "node:path";
import { otherProgram } from "../build/programs.ts";
import { hasIpv6 } from "../host/network.ts";
import { run } from "../host/run.ts";
import { fullReference, makeImage } from "./make-image.ts";
import type { ImageConfig } from "./make-image.ts";

interface StandIn {
  name: string;
  tag: string;
  config: ImageConfig;
  layOut: (root: string) => Promise<void>;
}

const sandboxPrograms = path.join(import.meta.dirname, "../../../packages/sandbox/src/programs");
const pause = { name: "sluice/pause", tag: "1" };
export const pauseReference = fullReference(pause.name, pause.tag);
export const dnsImage = "sluice/coredns:1";

/** Copies a program with the shared libraries that the loader of this machine finds for it, the loader among them. */
async function copyProgram(root: string, program: string, target: string): Promise<void> {
  const libraries = [...(await run("ldd", [program])).matchAll(/(?:=> )?(\/\S+) \(0x/g)].flatMap(([, library]) => library ?? []);
  for (const [from, to] of [[program, target], ...libraries.map((library) => [library, library])] as [string, string][]) {
    const file = path.join(root, to);
    mkdirSync(path.dirname(file), { recursive: true });
    copyFileSync(realpathSync(from), file);
    chmodSync(file, 0o755);
  }
}

function layEtc(root: string): void {
  mkdirSync(path.join(root, "etc"), { recursive: true });
  writeFileSync(path.join(root, "etc/passwd"), "root:x:0:0:root:/:/bin/sh\ncurl_user:x:100:101:curl:/:/bin/sh\n");
  writeFileSync(path.join(root, "etc/group"), "root:x:0:\ncurl_group:x:101:\n");
  writeFileSync(path.join(root, "etc/nsswitch.conf"), "hosts: files dns\n");
  mkdirSync(path.join(root, "tmp"), { recursive: true });
  chmodSync(path.join(root, "tmp"), 0o1777);
}

/** The sandbox's programs on this Node, each under the name that the images have it. */
async function laySandboxPrograms(root: string): Promise<void> {
  await copyProgram(root, process.execPath, "/usr/bin/node");
  layEtc(root);
  cpSync(sandboxPrograms, path.join(root, "programs"), { recursive: true, filter: (file) => !file.endsWith(".test.ts") });
  writeFileSync(path.join(root, "programs/package.json"), `{"type":"module"}\n`);
  for (const [name, program] of [["pipy", "pipy"], ["sluice-echo", "echo"], ["sluice-caller", "caller"]] as const) {
    writeFileSync(path.join(root, "usr/bin", name), `#!/usr/bin/node\nimport("/programs/${program}.ts");\n`, { mode: 0o755 });
  }
}

/** Debian's curl, and a busybox for `sh` and `sleep`. */
async function layCurl(root: string): Promise<void> {
  await copyProgram(root, "/usr/bin/curl", "/usr/bin/curl");
  layEtc(root);
  mkdirSync(path.join(root, "bin"), { recursive: true });
  copyFileSync("/bin/busybox", path.join(root, "bin/busybox"));
  for (const name of ["sh", "sleep", "cat", "ls", "wget", "nslookup", "env", "id"]) symlinkSync("busybox", path.join(root, "bin", name));
}

const layStatic = (name: "pause" | "coredns") => async (root: string) => {
  mkdirSync(root, { recursive: true });
  copyFileSync(otherProgram(name).file, path.join(root, name));
};

const Env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"];

const standIns: readonly StandIn[] = [
  { ...pause, config: { Entrypoint: ["/pause"], User: "65535:65535" }, layOut: layStatic("pause") },
  { name: "sluice/coredns", tag: "1", config: { Entrypoint: ["/coredns"] }, layOut: layStatic("coredns") },
  { name: "curlimages/curl", tag: "latest", config: { Entrypoint: ["curl"], Env, User: "100:101" }, layOut: layCurl },
  { name: "flomesh/pipy", tag: "latest", config: { Entrypoint: ["pipy"], Env }, layOut: laySandboxPrograms },
  { name: "sluice/echo", tag: "latest", config: { Entrypoint: ["sluice-echo"], Env }, layOut: laySandboxPrograms },
  { name: "sluice/caller", tag: "latest", config: { Entrypoint: ["sluice-caller"], Env }, layOut: laySandboxPrograms },
];

/**
 * Makes the images of a cluster itself and of the story in `folder`, for where no registry is reachable: the story's under
 * their own names. Answers the archives.
 */
export async function makeStandIns(folder: string): Promise<string[]> {
  // The programs listen on what the environment says; in a pod that is every address, of both families where the kernel has them.
  const address = (await hasIpv6()) ? "::" : "0.0.0.0";
  const roots = new Map<StandIn["layOut"], string>();
  mkdirSync(folder, { recursive: true });
  const half = mkdtempSync(path.join(folder, "half-"));
  try {
    const archives: string[] = [];
    for (const { name, tag, config, layOut } of standIns) {
      const root = roots.get(layOut) ?? path.join(half, createHash("sha256").update(name).digest("hex").slice(0, 8));
      if (!roots.has(layOut)) await layOut(root);
      roots.set(layOut, root);
      const own = layOut === laySandboxPrograms ? { ...config, Env: [...Env, `POD_IP=${address}`] } : config;
      archives.push(await makeImage({ name, tag, root, config: own }, folder));
    }
    return archives;
  } finally {
    rmSync(half, { recursive: true, force: true });
  }
}

/** Whether every image of `makeStandIns` is in `references`. */
export function haveStandIns(references: Record<string, string>): boolean {
  return standIns.every(({ name, tag }) => fullReference(name, tag) in references);
}
