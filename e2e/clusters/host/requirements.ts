import { existsSync } from "node:fs";
import path from "node:path";
import { goProgram } from "../build/build-programs.ts";
import type { Program } from "../build/programs.ts";
import { networkPlugins } from "../daemons/node.ts";
import { run } from "./run.ts";
import { tryOut } from "./try-out.ts";

/** Debian's package for each program that the clusters are run with. */
const packages: Readonly<Record<string, string>> = {
  ip: "iproute2",
  nft: "nftables",
  iptables: "iptables",
  conntrack: "conntrack",
  nsenter: "util-linux",
  unshare: "util-linux",
  flock: "util-linux",
  openssl: "openssl",
  tar: "tar",
  curl: "curl",
  busybox: "busybox-static",
  containerd: "containerd",
  ctr: "containerd",
  runc: "runc",
};

function onPath(name: string): boolean {
  const folders = [...(process.env["PATH"] ?? "").split(path.delimiter), "/usr/sbin", "/sbin"];
  return folders.some((folder) => existsSync(path.join(folder, name)));
}

function missingPackages(): string[] {
  const missing = Object.entries(packages).filter(([name]) => !onPath(name)).map(([, name]) => name);
  if (!existsSync(path.join(networkPlugins, "bridge"))) missing.push("containernetworking-plugins");
  return [...new Set(missing)];
}

const installCommand = ["apt-get", "install", "-y", "--no-install-recommends"];

/** Why real clusters can't run on this machine at all; undefined: they can, once packages are installed. */
export function unsuitable(): string | undefined {
  if (process.platform !== "linux") return `real clusters need Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return "real clusters need root (network namespaces, mounts, cgroups)";
  return undefined;
}

/** Everything that keeps the clusters from running here, each with its remedy. Empty: nothing does. */
export function missing(programs: readonly Program[]): string[] {
  const reason = unsuitable();
  if (reason !== undefined) return [reason];
  const names = missingPackages();
  const toInstall = names.length === 0 ? [] : [`missing packages: ${installCommand.join(" ")} ${names.join(" ")} (or --install-packages)`];
  const unbuilt = programs.filter(({ file }) => !existsSync(file)).map(({ name }) => name);
  const go = unbuilt.length > 0 && goProgram() === undefined ? [`${unbuilt.join(", ")} must be built, and there is no Go: install Go 1.26 or newer to /usr/local/go or put it on PATH`] : [];
  return [...toInstall, ...go];
}

/** As `missing`; where nothing is missing, what the machine itself refuses, which is tried out. */
export async function obstacles(programs: readonly Program[]): Promise<string[]> {
  const lacking = missing(programs);
  if (lacking.length > 0) return lacking;
  const refused = await tryOut();
  return refused === undefined ? [] : [refused];
}

/** Installs Debian's packages that are missing. Throws with apt-get's words. */
export async function installPackages(log: (line: string) => void): Promise<void> {
  const names = missingPackages();
  if (names.length === 0) return;
  log(`installing ${names.join(" ")}`);
  await run("apt-get", ["update", "-qq"], { timeoutMs: 300_000 });
  const [command = "", ...args] = installCommand;
  // Never ask: there is nobody to answer. Neither start Debian's own containerd: the clusters have theirs.
  await run("env", ["DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1", command, ...args, ...names], { timeoutMs: 600_000 });
}
