import { watch, type FSWatcher } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { keyOf, type KubernetesObject } from "@sluice/kubernetes/resource";
import { parseAllDocuments } from "yaml";
import type { ConfigSource, SourceEvents } from "./config-source.ts";
import type { WorldIndex, WorldObjects } from "./world-index.ts";

const fileLengthMax = 16 * 1024 * 1024;
const filesMax = 1_000;
/** Editors write a file in several steps. */
const settleMs = 50;

const kindNames: Readonly<Record<string, keyof WorldObjects>> = {
  Service: "service",
  EndpointSlice: "slice",
  GlobalTrafficPolicy: "policy",
  ServiceImport: "serviceImport",
  ServiceExport: "serviceExport",
  ConfigMap: "configMap",
};

/**
 * Reads every `*.yaml`, `*.yml` and `*.json` of a folder, and again after each change. A folder with a mistake in it
 * is reported and changes nothing.
 */
export function startFolderSource(folder: string, index: WorldIndex, events: SourceEvents): ConfigSource {
  const known = new Map<string, Entry>();
  const synced = Promise.withResolvers<void>();
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let reading: Promise<void> = Promise.resolve();
  let watcher: FSWatcher | undefined;

  async function read(): Promise<void> {
    try {
      const found = await readFolder(folder);
      const affected = new Set<string>();
      let all = false;
      const note = (result: readonly string[] | "all") => {
        if (result === "all") all = true;
        else for (const key of result) affected.add(key);
      };
      for (const [id, { kind, key }] of known) if (!found.has(id)) note(index.update(kind, key, undefined));
      for (const [id, entry] of found) {
        const before = known.get(id);
        const same = before !== undefined && isDeepStrictEqual(before.object, entry.object);
        entry.generation = before === undefined ? 1 : before.generation + (same ? 0 : 1);
        if (!same) note(index.update(entry.kind, entry.key, generated(entry) as WorldObjects[typeof entry.kind]));
      }
      known.clear();
      for (const [id, entry] of found) known.set(id, entry);
      synced.resolve();
      events.onState({ phase: "live" });
      if (all || affected.size > 0) events.onChange(all ? "all" : [...affected]);
    } catch (error) {
      const message = `${folder}: ${error instanceof Error ? error.message : String(error)}`;
      events.onProblem(message);
      events.onState(known.size === 0 ? { phase: "syncing", message } : { phase: "stale", sinceMs: Date.now(), message });
    }
  }

  function readSoon(): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      reading = reading.then(() => (stopped ? undefined : read()));
    }, settleMs);
  }

  try {
    watcher = watch(folder, readSoon).on("error", (error) => events.onProblem(`${folder}: ${error.message}`));
  } catch (error) {
    events.onProblem(`${folder} can't be watched: ${error instanceof Error ? error.message : String(error)}`);
  }
  reading = read();
  return {
    synced: () => synced.promise,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      watcher?.close();
      await reading;
    },
  };
}

interface Entry {
  kind: keyof WorldObjects;
  key: string;
  /** As it was written, with a uid. */
  object: KubernetesObject;
  /** Counts the versions that were read. */
  generation: number;
}

/** Nobody counts the generations of an object in a file; a proxy tells a change of a policy by them. */
function generated({ object, generation }: Entry): KubernetesObject {
  return { ...object, metadata: { generation, ...object.metadata } };
}

async function readFolder(folder: string): Promise<Map<string, Entry>> {
  const names = (await readdir(folder)).filter((name) => /\.(?:ya?ml|json)$/.test(name)).toSorted();
  if (names.length > filesMax) throw new Error(`has ${names.length} files; at most ${filesMax} are read`);
  const found = new Map<string, Entry>();
  for (const name of names) {
    const file = path.join(folder, name);
    const { size } = await stat(file);
    if (size > fileLengthMax) throw new Error(`${name} has ${size} bytes; at most ${fileLengthMax} are read`);
    for (const document of parseAllDocuments(await readFile(file, "utf8"))) {
      const [mistake] = document.errors;
      if (mistake !== undefined) throw new Error(`${name}: ${mistake.message}`);
      const object = document.toJS({ maxAliasCount: 100 }) as unknown;
      if (object !== null) add(found, asObject(object, name), name);
    }
  }
  return found;
}

function asObject(object: unknown, file: string): KubernetesObject {
  const { kind, metadata } = (object ?? {}) as Partial<KubernetesObject>;
  if (typeof kind !== "string" || typeof metadata?.name !== "string") throw new Error(`${file}: an object without kind or metadata.name`);
  return object as KubernetesObject;
}

function add(found: Map<string, Entry>, object: KubernetesObject, file: string): void {
  const kind = kindNames[object.kind];
  if (kind === undefined) throw new Error(`${file}: kind "${object.kind}" is not read here; use one of ${Object.keys(kindNames).join(", ")}`);
  const namespace = object.metadata.namespace ?? "default";
  const key = keyOf({ metadata: { namespace, name: object.metadata.name } });
  const id = `${kind} ${key}`;
  if (found.has(id)) throw new Error(`${file}: ${object.kind} ${key} is defined twice`);
  // Nobody gave the object a uid; its name is as lasting here.
  const metadata = { uid: id, ...object.metadata, namespace };
  found.set(id, { kind, key, object: { ...object, metadata }, generation: 1 });
}
