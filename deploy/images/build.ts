// Stages the images' contents: `node deploy/images/build.ts [--out DIR] [--root]`; see `usage`.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { bundleProgram } from "./bundle-program.ts";
import { stageRoot } from "./stage-root.ts";

const usage = `Usage: node deploy/images/build.ts [--out DIR] [--root] [--image NAME]...

  --out DIR      where to stage (default .sluice/images)
  --root         also lay out whole root folders, for where there is no container engine
  --image NAME   api, web or proxy; may be repeated (default: all three)

With a container engine, from each folder that is staged:
  docker build -t sluice/api -f deploy/images/api/Containerfile DIR/api
`;

const repository = path.resolve(import.meta.dirname, "../..");

const stages: Readonly<Record<string, (app: string) => Promise<unknown>>> = {
  api: (app) => bundleProgram(path.join(repository, "apps/api/src/main.ts"), app, "main"),
  proxy: (app) => bundleProgram(path.join(repository, "packages/proxy/src/main.ts"), app, "main"),
  web: async (app) => {
    execFileSync(process.execPath, [path.join(repository, "demo/src/build-console.ts")], { stdio: ["ignore", "inherit", "inherit"] });
    // The console has no images to scale, so what scales them stays out: it would be half of the whole.
    const filter = (source: string) => !/node_modules\/(?:@img|sharp)$/.test(source);
    cpSync(path.join(repository, "apps/web/.next/standalone"), app, { recursive: true, verbatimSymlinks: true, filter });
  },
};

function readOptions(): { out: string; root: boolean; images: string[] } {
  try {
    const { values } = parseArgs({ options: { out: { type: "string" }, root: { type: "boolean" }, image: { type: "string", multiple: true } } });
    const images = values.image ?? Object.keys(stages);
    const unknown = images.find((image) => !(image in stages));
    if (unknown !== undefined) throw new Error(`--image "${unknown}" is none of ${Object.keys(stages).join(", ")}`);
    return { out: path.resolve(values.out ?? path.join(repository, ".sluice/images")), root: values.root ?? false, images };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

const { out, root, images } = readOptions();
for (const image of images) {
  const context = path.join(out, image);
  rmSync(context, { recursive: true, force: true });
  mkdirSync(path.join(context, "app"), { recursive: true });
  await stages[image]?.(path.join(context, "app"));
  if (root) stageRoot(path.join(repository, "deploy/images", image, "Containerfile"), context, path.join(out, `${image}.root`));
  console.log(context);
}
