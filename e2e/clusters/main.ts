import path from "node:path";
import { parseArgs } from "node:util";
import { buildPrograms } from "./build/build-programs.ts";
import { allPrograms, kubernetesAssets, kubernetesMinors } from "./build/programs.ts";
import { makeProductImages } from "./images/product-images.ts";

/** `npm run clusters`: whole Kubernetes clusters on this machine, for the tests. */

const usage = `Usage: npm run clusters -- build [--only kube-apiserver,etcd] | images [--out DIR]

  build   builds the programs of both minors of Kubernetes, etcd, CoreDNS and Helm from their Go modules, once per version
  images  makes the product's images without a container engine, and prints their tars (in DIR, default .sluice/images)
`;

async function build(args: string[], signal: AbortSignal): Promise<void> {
  const { values } = parseArgs({ args, options: { only: { type: "string" } } });
  const only = values.only?.split(",");
  const all = allPrograms();
  const unknown = only?.filter((name) => !all.some((program) => program.name === name)) ?? [];
  if (unknown.length > 0) throw new Error(`--only names ${unknown.join(", ")}; known are ${[...new Set(all.map(({ name }) => name))].join(", ")}`);
  await buildPrograms(only === undefined ? all : all.filter(({ name }) => only.includes(name)), { signal, log: console.log });
  for (const minor of kubernetesMinors) console.log(`KUBEBUILDER_ASSETS of ${minor}: ${kubernetesAssets(minor)}`);
}

async function images(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { out: { type: "string", default: path.resolve(import.meta.dirname, "../../.sluice/images") } } });
  for (const archive of await makeProductImages(path.resolve(values.out))) console.log(archive);
}

const commands: Record<string, (args: string[], signal: AbortSignal) => Promise<void>> = { build, images };

const stopping = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stopping.abort(new Error(`ended by ${name}`)));

const [name = "", ...rest] = process.argv.slice(2);
const command = commands[name];
if (command === undefined) {
  console.error(name === "" || name === "--help" ? usage : `unknown command "${name}"\n${usage}`);
  process.exitCode = name === "--help" ? 0 : 2;
} else {
  try {
    await command(rest, stopping.signal);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
