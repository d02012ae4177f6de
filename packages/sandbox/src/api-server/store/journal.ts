import { appendFileSync, closeSync, existsSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { ApiObject } from "../api-object.ts";
import { storeKey, type ObjectStore, type StoreEvent, type StoreSnapshot } from "./object-store.ts";

/** A log longer than this (and than the last snapshot) is folded into a new snapshot. */
const LOG_BYTES_MAX = 8 * 1024 * 1024;

const snapshotName = "snapshot.json";
const logName = "log.ndjson";

interface LogLine {
  type: "PUT" | "DELETE";
  revision: number;
  collection: string;
  key?: string;
  object?: ApiObject;
}

/** Writes a file so that a crash leaves either the old or the new one. */
export function writeFileAtomically(path: string, text: string, mode = 0o600): void {
  const temporary = `${path}.new`;
  const file = openSync(temporary, "w", mode);
  writeSync(file, text);
  fsyncSync(file);
  closeSync(file);
  renameSync(temporary, path);
}

/** Empties the folder of a journal that is not in use. */
export function forgetObjects(dir: string): void {
  for (const name of [snapshotName, logName]) rmSync(join(dir, name), { force: true });
}

function apply(objects: Map<string, Map<string, ApiObject>>, line: LogLine): void {
  let collection = objects.get(line.collection);
  if (collection === undefined) objects.set(line.collection, (collection = new Map()));
  if (line.type === "DELETE") collection.delete(line.key ?? "");
  else if (line.object !== undefined) collection.set(storeKey(line.object.metadata.namespace, line.object.metadata.name), line.object);
}

/**
 * The state of a store on disk: a snapshot and a log of the changes since. A line that a crash cut short is dropped
 * (its write was never answered); every change is in the log before it is visible.
 */
export class Journal {
  readonly #snapshotPath: string;
  readonly #logPath: string;
  #logBytes = 0;
  #store: ObjectStore | undefined;

  constructor(dir: string) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    this.#snapshotPath = join(dir, snapshotName);
    this.#logPath = join(dir, logName);
  }

  /** The state at the last change that was written; undefined for a new folder. Throws when the files are not what this class wrote. */
  load(): StoreSnapshot | undefined {
    const hasSnapshot = existsSync(this.#snapshotPath);
    if (!hasSnapshot && !existsSync(this.#logPath)) return undefined;
    const snapshot: StoreSnapshot = hasSnapshot ? (JSON.parse(readFileSync(this.#snapshotPath, "utf8")) as StoreSnapshot) : { revision: 1, collections: {} };
    const objects = new Map(Object.entries(snapshot.collections).map(([name, list]) => [name, new Map(list.map((object) => [storeKey(object.metadata.namespace, object.metadata.name), object]))]));
    let revision = snapshot.revision;
    const log = existsSync(this.#logPath) ? readFileSync(this.#logPath) : Buffer.alloc(0);
    const whole = log.lastIndexOf(0x0a) + 1;
    if (whole < log.length) this.#dropTail(whole);
    for (const text of log.subarray(0, whole).toString("utf8").split("\n")) {
      if (text === "") continue;
      const line = JSON.parse(text) as LogLine;
      // A crash between the snapshot and the emptying of the log leaves lines that the snapshot has.
      if (line.revision <= snapshot.revision) continue;
      apply(objects, line);
      revision = line.revision;
    }
    this.#logBytes = whole;
    return { revision, collections: Object.fromEntries([...objects].map(([name, collection]) => [name, [...collection.values()]])) };
  }

  /** From now on the log is folded from this store's state. */
  attach(store: ObjectStore): void {
    this.#store = store;
  }

  append(event: StoreEvent): void {
    const line: LogLine =
      event.type === "DELETED"
        ? { type: "DELETE", revision: event.revision, collection: event.collection, key: storeKey(event.object.metadata.namespace, event.object.metadata.name) }
        : { type: "PUT", revision: event.revision, collection: event.collection, object: event.object };
    const text = `${JSON.stringify(line)}\n`;
    // Folded before the append: the store's state is then exactly what the log says.
    if (this.#logBytes > LOG_BYTES_MAX) this.fold();
    appendFileSync(this.#logPath, text, { mode: 0o600 });
    this.#logBytes += Buffer.byteLength(text);
  }

  /** Writes a snapshot and empties the log. */
  fold(): void {
    if (this.#store === undefined) return;
    writeFileAtomically(this.#snapshotPath, JSON.stringify(this.#store.snapshot()));
    this.#dropTail(0);
    this.#logBytes = 0;
  }

  #dropTail(length: number): void {
    if (!existsSync(this.#logPath) || statSync(this.#logPath).size <= length) return;
    const file = openSync(this.#logPath, "r+");
    ftruncateSync(file, length);
    closeSync(file);
  }
}
