import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Pod } from "@sluice/kubernetes/kinds";
import type { Container } from "../pod-spec.ts";
import type { MountedPath } from "./rewrite-paths.ts";
import { checkedPath, volumeFiles, type VolumeFile, type VolumeSources } from "./volume-files.ts";
import { VolumeError, type Volume } from "./volume-spec.ts";

/** Time between looks at what volumes are made of; Kubernetes takes up to a minute and more. */
const refreshMs = 5_000;

/** The volumes of one pod as folders, and where its containers find them. */
export class PodVolumes {
  readonly #pod: () => Pod;
  readonly #folder: string;
  readonly #sources: VolumeSources;
  #filling: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: { pod: () => Pod; folder: string; sources: VolumeSources }) {
    this.#pod = options.pod;
    this.#folder = options.folder;
    this.#sources = options.sources;
  }

  /** Fills the folders of all volumes, and from then on keeps those up to date that come from objects. Rejects with VolumeError. */
  async fill(): Promise<void> {
    this.#filling ??= this.#fill().finally(() => {
      this.#filling = undefined;
    });
    await this.#filling;
  }

  /** Where the mounts of a container really are; `expand` fills in `subPathExpr`. Throws VolumeError. */
  mountsOf(container: Container, expand: (text: string) => string): MountedPath[] {
    return (container.volumeMounts ?? []).map(({ name, mountPath, subPath, subPathExpr }) => {
      const volume = this.#volumes().find((one) => one.name === name);
      if (volume === undefined) throw new VolumeError(`container ${container.name} mounts "${name}", which is not among the volumes of the pod`);
      if (!mountPath.startsWith("/") || /^\/+$/.test(mountPath)) throw new VolumeError(`container ${container.name}: mountPath "${mountPath}" must be an absolute path and can't be / itself`);
      const below = subPathExpr === undefined ? subPath : expand(subPathExpr);
      const realPath = below === undefined || below === "" ? this.#folderOf(name) : `${this.#folderOf(name)}/${checkedPath(name, below)}`;
      if (!existsSync(realPath)) mkdirSync(realPath, { recursive: true });
      return { mountPath, realPath };
    });
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #fill(): Promise<void> {
    let changes = false;
    for (const volume of this.#volumes()) {
      const files = await volumeFiles(volume, this.#pod(), this.#sources);
      if (this.#stopped) return;
      mkdirSync(this.#folderOf(volume.name), { recursive: true, mode: 0o755 });
      if (files === undefined) continue;
      changes = true;
      writeFiles(this.#folderOf(volume.name), files);
    }
    clearTimeout(this.#timer);
    // What can't be read for a while leaves what was read before.
    if (changes) this.#timer = setTimeout(() => void this.fill().catch(() => undefined), refreshMs).unref();
  }

  #volumes(): Volume[] {
    return (this.#pod().spec["volumes"] as Volume[] | undefined) ?? [];
  }

  #folderOf(volume: string): string {
    return `${this.#folder}/${volume}`;
  }
}

/** Makes a folder hold just these files. Each is replaced whole: a reader never sees a part. */
function writeFiles(folder: string, files: readonly VolumeFile[]): void {
  const wanted = new Set(files.map(({ path }) => path));
  for (const name of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = `${name.parentPath}/${name.name}`;
    if (!name.isDirectory() && !wanted.has(path.slice(folder.length + 1))) rmSync(path, { force: true });
  }
  for (const { path, content, mode } of files) {
    const file = `${folder}/${path}`;
    if (existsSync(file) && Buffer.compare(readFileSync(file), content) === 0) continue;
    mkdirSync(dirname(file), { recursive: true });
    const draft = `${dirname(file)}/..draft`;
    writeFileSync(draft, content);
    chmodSync(draft, mode);
    renameSync(draft, file);
  }
}
