import { ApiFailure } from "../api-failure.ts";
import type { ApiObject } from "../api-object.ts";

/** One change. `object` is the state after it (for DELETED: the last state, with the version of the deletion). */
export interface StoreEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly revision: number;
  readonly collection: string;
  readonly object: ApiObject;
  readonly previous?: ApiObject;
}

export type StoreListener = (event: StoreEvent) => void;

export interface ObjectStoreOptions {
  /** Events kept for watches that resume; older versions answer 410. */
  historyLimit?: number;
  /** Called before a change is visible: persistence. A throw refuses the change. */
  persist?: (event: StoreEvent) => void;
}

export interface StoreSnapshot {
  revision: number;
  collections: Record<string, ApiObject[]>;
}

/** The key of an object inside its collection: `namespace/name`, or `name`. */
export function storeKey(namespace: string | undefined, name: string): string {
  return namespace === undefined || namespace === "" ? name : `${namespace}/${name}`;
}

const keyOf = (object: ApiObject): string => storeKey(object.metadata.namespace, object.metadata.name);

/**
 * A versioned object store: one revision counter over all collections, as etcd has. It knows no kind. Every call is
 * synchronous, so a read-check-write in one turn of the event loop is a transaction. Objects are never changed in place.
 */
export class ObjectStore {
  #revision = 1;
  #floor = 1;
  readonly #collections = new Map<string, Map<string, ApiObject>>();
  readonly #history: StoreEvent[] = [];
  readonly #historyLimit: number;
  readonly #listeners = new Map<string, Set<StoreListener>>();
  #persist: ((event: StoreEvent) => void) | undefined;

  constructor(options: ObjectStoreOptions = {}) {
    this.#historyLimit = options.historyLimit ?? 10_000;
    this.#persist = options.persist;
  }

  get revision(): number {
    return this.#revision;
  }

  get(collection: string, key: string): ApiObject | undefined {
    return this.#collections.get(collection)?.get(key);
  }

  /** All objects of a collection, sorted by key as etcd sorts them. */
  list(collection: string, namespace?: string): ApiObject[] {
    const objects = this.#collections.get(collection);
    if (objects === undefined) return [];
    const prefix = namespace === undefined ? undefined : `${namespace}/`;
    const keys = prefix === undefined ? [...objects.keys()] : [...objects.keys()].filter((key) => key.startsWith(prefix));
    return keys.sort().map((key) => objects.get(key) as ApiObject);
  }

  collections(): string[] {
    return [...this.#collections.keys()];
  }

  /** Writes the object (a new one or a new state) under the next version and returns what is stored. */
  put(collection: string, object: ApiObject): ApiObject {
    const previous = this.get(collection, keyOf(object));
    const revision = this.#revision + 1;
    const stored: ApiObject = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
    this.#commit(previous === undefined ? { type: "ADDED", revision, collection, object: stored } : { type: "MODIFIED", revision, collection, object: stored, previous });
    return stored;
  }

  delete(collection: string, key: string): ApiObject | undefined {
    const previous = this.get(collection, key);
    if (previous === undefined) return undefined;
    const revision = this.#revision + 1;
    const object: ApiObject = { ...previous, metadata: { ...previous.metadata, resourceVersion: String(revision) } };
    this.#commit({ type: "DELETED", revision, collection, object, previous });
    return object;
  }

  /**
   * Calls the listener for every change of the collection after `fromRevision`, past ones first. Throws 410 when that
   * version is no longer in the history.
   */
  watch(collection: string, fromRevision: number, listener: StoreListener): () => void {
    if (fromRevision < this.#floor) throw ApiFailure.expired(`too old resource version: ${fromRevision} (${this.#floor})`);
    for (const event of this.#history) if (event.revision > fromRevision && event.collection === collection) listener(event);
    let listeners = this.#listeners.get(collection);
    if (listeners === undefined) this.#listeners.set(collection, (listeners = new Set()));
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Called by the server for its own needs (never for answers): every change of a collection from now on. */
  subscribe(collection: string, listener: StoreListener): () => void {
    return this.watch(collection, this.#revision, listener);
  }

  snapshot(): StoreSnapshot {
    const collections: Record<string, ApiObject[]> = {};
    for (const name of this.#collections.keys()) collections[name] = this.list(name);
    return { revision: this.#revision, collections };
  }

  /** Loads a snapshot into an empty store; watches from before it answer 410. */
  restore(snapshot: StoreSnapshot): void {
    for (const [name, objects] of Object.entries(snapshot.collections)) {
      this.#collections.set(name, new Map(objects.map((object) => [keyOf(object), object])));
    }
    this.#revision = snapshot.revision;
    this.#floor = snapshot.revision;
  }

  #commit(event: StoreEvent): void {
    this.#persist?.(event);
    let objects = this.#collections.get(event.collection);
    if (objects === undefined) this.#collections.set(event.collection, (objects = new Map()));
    if (event.type === "DELETED") objects.delete(keyOf(event.object));
    else objects.set(keyOf(event.object), event.object);
    this.#revision = event.revision;
    this.#history.push(event);
    // Trimmed in batches: shifting one by one is quadratic.
    if (this.#history.length > this.#historyLimit + Math.max(64, this.#historyLimit / 4)) {
      const dropped = this.#history.splice(0, this.#history.length - this.#historyLimit);
      this.#floor = dropped.at(-1)?.revision ?? this.#floor;
    }
    this.#listeners.get(event.collection)?.forEach((listener) => listener(event));
  }
}
