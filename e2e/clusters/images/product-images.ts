import { readFileSync } from "node:fs";
import path from "node:path";
import { run } from "../host/run.ts";
import { makeImage, type ImageConfig } from "./make-image.ts";

const root = path.resolve(import.meta.dirname, "../../..");

/**
 * Makes the product's three images without a container engine, in the folder `out`, tagged as the charts ask for them;
 * answers the paths of their tars. Throws with the words of what failed.
 */
export async function makeProductImages(out: string): Promise<string[]> {
  const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { version: string };
  await run(process.execPath, [path.join(root, "deploy/images/build.ts"), "--out", out, "--root"], { timeoutMs: 600_000 });
  const archives: string[] = [];
  for (const image of ["api", "web", "proxy"]) {
    const folder = path.join(out, `${image}.root`);
    const config = JSON.parse(readFileSync(`${folder}.json`, "utf8")) as ImageConfig;
    archives.push(await makeImage({ name: `sluice/${image}`, tag: version, root: folder, config }, out));
  }
  return archives;
}
