import { createHash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { run } from "../host/run.ts";

/** What a container of the image is started with, in the words of the OCI image configuration. */
export interface ImageConfig {
  Entrypoint?: readonly string[];
  Cmd?: readonly string[];
  Env?: readonly string[];
  WorkingDir?: string;
  /** `65532:65532`; absent: root. */
  User?: string;
}

export interface ImageSource {
  /** With registry and repository, or the short form that Docker Hub's images have: `sluice/proxy`. */
  name: string;
  tag: string;
  /** The whole root folder of a container; it becomes the only layer, owned by root. */
  root: string;
  config: ImageConfig;
}

const goArchitectures: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/**
 * Packs an image as `docker save` does, without a container engine, into the folder `out`; answers the tar's path. The
 * same root gives the same image, byte for byte. Linux (GNU tar). Throws with tar's words.
 */
export async function makeImage({ name, tag, root, config }: ImageSource, out: string): Promise<string> {
  if (!existsSync(root)) throw new Error(`image ${name}:${tag}: there is no root folder ${root}`);
  mkdirSync(out, { recursive: true });
  const half = mkdtempSync(path.join(out, "half-"));
  try {
    // Neither the time nor the order of files may differ from one making to the next.
    const same = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--format=gnu"];
    const layer = path.join(half, "layer.tar");
    await run("tar", [...same, "-cf", layer, "-C", root, "."]);
    const image = JSON.stringify({
      architecture: goArchitectures[process.arch] ?? process.arch,
      os: "linux",
      created: "1970-01-01T00:00:00Z",
      config,
      rootfs: { type: "layers", diff_ids: [`sha256:${await sha256(layer)}`] },
    });
    const configFile = `${createHash("sha256").update(image).digest("hex")}.json`;
    writeFileSync(path.join(half, configFile), image);
    writeFileSync(path.join(half, "manifest.json"), JSON.stringify([{ Config: configFile, RepoTags: [fullReference(name, tag)], Layers: ["layer.tar"] }]));
    await run("tar", [...same, "-cf", path.join(half, "image.tar"), "-C", half, "manifest.json", configFile, "layer.tar"]);
    const archive = path.join(out, `${name.replaceAll(/[/:]/g, "_")}_${tag}.tar`);
    renameSync(path.join(half, "image.tar"), archive);
    return archive;
  } finally {
    rmSync(half, { recursive: true, force: true });
  }
}

/** `sluice/proxy`, `latest` → `docker.io/sluice/proxy:latest`: the first part is a registry if it has a dot or a port. */
export function fullReference(name: string, tag: string): string {
  const first = name.split("/")[0] ?? "";
  if (name.includes("/") && (/[.:]/.test(first) || first === "localhost")) return `${name}:${tag}`;
  return `docker.io/${name.includes("/") ? name : `library/${name}`}:${tag}`;
}

/** Hex, of a file of any size. */
export async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
