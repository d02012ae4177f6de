import { existsSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { buildPrograms } from "./build/build-programs.ts";
import { allPrograms, kubernetesAssets, kubernetesMinors } from "./build/programs.ts";
import { down } from "./down.ts";
import { inotifyObstacle } from "./host/inotify.ts";
import { hasIpv6 } from "./host/network.ts";
import { installPackages, obstacles } from "./host/requirements.ts";
import { install } from "./install.ts";
import { makeProductImages } from "./images/product-images.ts";
import { loadImages } from "./load-images.ts";
import { wishes } from "./set/cluster-set.ts";
import { status } from "./status.ts";
import { up, withSetLock } from "./up.ts";

/** `npm run clusters`: whole Kubernetes clusters on this machine, for the tests. */

const defaultNames = "control-plane,1-23,1-25";
const usage = `Usage: npm run clusters -- COMMAND [--dir DIR]

  build   builds the programs from their Go modules, once per version
            --only NAME,…       just these, e.g. kube-apiserver,etcd
            --install-packages  installs the Debian packages that clusters need and that are missing
  images  makes the product's images without a container engine, and prints their tars
            --out DIR           where to (default .sluice/images)
  check   says what keeps the clusters from running here, exits with 1 if anything does
  up      starts clusters, and mends those that are started; writes DIR/kubeconfig with a context for each
            --names NAME,…      default ${defaultNames}; 1-23 gets the older minor and kube-proxy in iptables mode
            --nodes NAME=N,…    how many nodes (default 1); 0: an API server with its controllers alone
            --install-packages  installs the Debian packages that are missing
  install makes the product's images, loads them, and installs and joins as docs/install.md says; needs helm (HELM_PATH or PATH)
  load-images TAR…   puts images (docker save's format) on every node, and where nodes pull from
  status  says what lives; exits with 1 if anything does not
  down    ends and removes all of it

  --dir DIR   where the clusters keep what they have (default .sluice/kubernetes); another folder, other clusters
`;

const repository = path.resolve(import.meta.dirname, "../..");
const folderOf = (dir: string | undefined) => (dir === undefined ? path.join(repository, ".sluice/kubernetes") : path.resolve(dir));
const dir = { type: "string" } as const;
const log = (line: string) => console.log(line);

async function build(args: string[], signal: AbortSignal): Promise<void> {
  const { values } = parseArgs({ args, options: { only: { type: "string" }, "install-packages": { type: "boolean" } } });
  const only = values.only?.split(",");
  const all = allPrograms();
  const unknown = only?.filter((name) => !all.some((program) => program.name === name)) ?? [];
  if (unknown.length > 0) throw new Error(`--only names ${unknown.join(", ")}; known are ${[...new Set(all.map(({ name }) => name))].join(", ")}`);
  await buildPrograms(only === undefined ? all : all.filter(({ name }) => only.includes(name)), { signal, log });
  for (const minor of kubernetesMinors) log(`KUBEBUILDER_ASSETS of ${minor}: ${kubernetesAssets(minor)}`);
  // Last, since what is built is of use without them too: API servers need none.
  if (values["install-packages"] === true) await installPackages(log);
}

async function images(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { out: { type: "string", default: path.resolve(import.meta.dirname, "../../.sluice/images") } } });
  for (const archive of await makeProductImages(path.resolve(values.out))) console.log(archive);
}

async function check(args: string[]): Promise<void> {
  parseArgs({ args, options: {} });
  const programs = allPrograms();
  const unbuilt = programs.filter(({ file }) => !existsSync(file)).map(({ name, version }) => `${name} ${version}`);
  const scarce = inotifyObstacle(wishes(defaultNames, "", false));
  const lacking = [...(await obstacles(programs)), ...(scarce === undefined ? [] : [scarce]), ...(unbuilt.length > 0 ? [`not built yet, npm run clusters -- build: ${unbuilt.join(", ")}`] : [])];
  for (const line of lacking) log(line);
  process.exitCode = lacking.length > 0 ? 1 : 0;
}

async function start(args: string[], signal: AbortSignal): Promise<void> {
  const { values } = parseArgs({ args, options: { dir, names: { type: "string" }, nodes: { type: "string" }, "install-packages": { type: "boolean" } } });
  const wished = wishes(values.names ?? defaultNames, values.nodes ?? "", await hasIpv6());
  if (values["install-packages"] === true) await installPackages(log);
  const { kubeconfig, clusters } = await up({ folder: folderOf(values.dir), wished, signal, log });
  log(`\n  export KUBECONFIG=${kubeconfig}\n  kubectl --context ${clusters[0]?.name} get nodes\n`);
}

async function load(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({ args, options: { dir }, allowPositionals: true });
  if (positionals.length === 0) throw new Error("load-images: name the archives");
  await loadImages(folderOf(values.dir), positionals, log);
}

async function putIn(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { dir } });
  await install(folderOf(values.dir), log);
}

async function say(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { dir } });
  process.exitCode = (await status(folderOf(values.dir), log)) ? 0 : 1;
}

async function end(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { dir } });
  const folder = folderOf(values.dir);
  await withSetLock(folder, log, () => down(folder, log));
}

const commands: Record<string, (args: string[], signal: AbortSignal) => Promise<void>> = { build, images, check, up: start, install: putIn, "load-images": load, status: say, down: end };

const stopping = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stopping.abort(new Error(`ended by ${name}`)));

const [name = "", ...rest] = process.argv.slice(2);
const command = commands[name];
if (command === undefined) {
  console.error(name === "" || name === "--help" ? usage : `unknown command "${name}"\n\n${usage}`);
  process.exitCode = name === "--help" ? 0 : 2;
} else {
  try {
    await command(rest, stopping.signal);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = (error as NodeJS.ErrnoException).code?.startsWith("ERR_PARSE_ARGS") === true ? 2 : 1;
  }
}
