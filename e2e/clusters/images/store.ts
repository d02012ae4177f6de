import { createHash } from "node:crypto";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, readSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { run } from "../host/run.ts";
import { sha256 } from "./make-image.ts";

export interface Blob {
  mediaType: string;
  digest: string;
  size: number;
}

export const manifestType = "application/vnd.oci.image.manifest.v1+json";

/** Where the bytes with that digest (`sha256:…`) are. */
export function blobFile(store: string, digest: string): string {
  return path.join(store, "blobs", digest.replace(":", "-"));
}

/** Digest of the manifest of each image, by its full reference. */
export function references(store: string): Record<string, string> {
  try {
    return JSON.parse(readFileSync(path.join(store, "references.json"), "utf8")) as Record<string, string>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}

/** Puts the images of an archive (as `docker save` and `makeImage` write it) into the registry's store; answers their references. */
export async function publish(store: string, archive: string): Promise<string[]> {
  mkdirSync(path.join(store, "blobs"), { recursive: true });
  const half = mkdtempSync(path.join(store, "half-"));
  try {
    await run("tar", ["-xf", archive, "-C", half]);
    const inside = (name: string) => path.join(half, name);
    const images = JSON.parse(readFileSync(inside("manifest.json"), "utf8")) as { Config: string; RepoTags: string[]; Layers: string[] }[];
    const known = references(store);
    for (const { Config, RepoTags, Layers } of images) {
      const layers: Blob[] = [];
      for (const layer of Layers) layers.push(await keep(store, inside(layer), `application/vnd.oci.image.layer.v1.tar${isGzip(inside(layer)) ? "+gzip" : ""}`));
      const config = await keep(store, inside(Config), "application/vnd.oci.image.config.v1+json");
      const manifest = JSON.stringify({ schemaVersion: 2, mediaType: manifestType, config, layers });
      const digest = `sha256:${createHash("sha256").update(manifest).digest("hex")}`;
      writeFileSync(blobFile(store, digest), manifest);
      for (const reference of RepoTags) known[reference] = digest;
    }
    writeFileSync(inside("references.json"), JSON.stringify(known, undefined, 2));
    renameSync(inside("references.json"), path.join(store, "references.json"));
    return images.flatMap(({ RepoTags }) => RepoTags);
  } finally {
    rmSync(half, { recursive: true, force: true });
  }
}

async function keep(store: string, file: string, mediaType: string): Promise<Blob> {
  const blob = { mediaType, digest: `sha256:${await sha256(file)}`, size: statSync(file).size };
  renameSync(file, blobFile(store, blob.digest));
  return blob;
}

function isGzip(file: string): boolean {
  const descriptor = openSync(file, "r");
  try {
    const head = Buffer.alloc(2);
    readSync(descriptor, head, 0, 2, 0);
    return head[0] === 0x1f && head[1] === 0x8b;
  } finally {
    closeSync(descriptor);
  }
}
