import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { readContainerfile } from "./read-containerfile.ts";

/**
 * Lays out the whole root folder of an image in `root`, for where there is no container engine to put it on a base: what
 * its Containerfile copies, this Node with the shared libraries that it needs, and the few files of /etc that a C library
 * looks for. Beside it `root`.json gets the image's configuration, as OCI names it. Linux only.
 */
export function stageRoot(containerfile: string, context: string, root: string): void {
  const { copies, base: _, ...config } = readContainerfile(readFileSync(containerfile, "utf8"));
  rmSync(root, { recursive: true, force: true });
  for (const { from, to } of copies) cpSync(path.join(context, from), path.join(root, to), { recursive: true, verbatimSymlinks: true });
  copyInto(root, realpathSync(process.execPath), "/nodejs/bin/node");
  for (const library of librariesOf(process.execPath)) copyInto(root, realpathSync(library), library);
  mkdirSync(path.join(root, "etc"));
  const [id = ""] = config.User.split(":");
  writeFileSync(path.join(root, "etc/passwd"), `root:x:0:0:root:/:/sbin/nologin\nnonroot:x:${id}:${id}:nonroot:/app:/sbin/nologin\n`);
  writeFileSync(path.join(root, "etc/group"), `root:x:0:\nnonroot:x:${id}:\n`);
  writeFileSync(path.join(root, "etc/nsswitch.conf"), "hosts: files dns\n");
  mkdirSync(path.join(root, "tmp"));
  chmodSync(path.join(root, "tmp"), 0o1777);
  writeFileSync(`${root}.json`, `${JSON.stringify(config, undefined, 2)}\n`);
}

function copyInto(root: string, from: string, to: string): void {
  const target = path.join(root, to);
  mkdirSync(path.dirname(target), { recursive: true });
  cpSync(from, target);
  chmodSync(target, 0o755);
}

/** Absolute paths, the dynamic loader among them, as the loader of this machine finds them. */
function librariesOf(program: string): string[] {
  const lines = execFileSync("ldd", [program], { encoding: "utf8" }).split("\n");
  return lines.flatMap((line) => /(?:=> )?(\/\S+) \(0x/.exec(line)?.slice(1, 2) ?? []);
}
