import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { isAlive } from "../host/processes.ts";
import type { StartedProcess } from "../host/processes.ts";
import { clusterSet } from "./cluster-set.ts";
import type { ClusterSet, ClusterWish } from "./cluster-set.ts";

/** A process of the set. `place` is a node's name, or `host`. */
export interface RecordedProcess extends StartedProcess {
  place: string;
  program: string;
}

interface Stored {
  subnet: number;
  clusters: ClusterWish[];
  processes: RecordedProcess[];
}

/** What a set is made of and which processes it has, in `state.json` of its folder; every change is written at once. */
export class SetState {
  readonly folder: string;
  readonly #stored: Stored;

  private constructor(folder: string, stored: Stored) {
    this.folder = folder;
    this.#stored = stored;
  }

  /** Undefined if there is no set. */
  static read(folder: string): SetState | undefined {
    try {
      return new SetState(folder, JSON.parse(readFileSync(path.join(folder, "state.json"), "utf8")) as Stored);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw new Error(`${folder}/state.json can't be read: remove the folder after \`npm run clusters -- down --dir ${folder}\``, { cause: error });
    }
  }

  static create(folder: string, subnet: number): SetState {
    const state = new SetState(folder, { subnet, clusters: [], processes: [] });
    state.#write();
    return state;
  }

  get set(): ClusterSet {
    return clusterSet(this.folder, this.#stored.subnet, this.#stored.clusters);
  }

  /** Clusters are added; those that are there already stay, and may get more nodes but keep their minor and mode. */
  add(wished: readonly ClusterWish[]): void {
    for (const wish of wished) {
      const known = this.#stored.clusters.find(({ name }) => name === wish.name);
      if (known === undefined) this.#stored.clusters.push(wish);
      else known.nodeCount = Math.max(known.nodeCount, wish.nodeCount);
    }
    this.#write();
  }

  get processes(): readonly RecordedProcess[] {
    return this.#stored.processes;
  }

  /** The process that was started last, if there was one. */
  recorded(place: string, program: string): RecordedProcess | undefined {
    return this.#stored.processes.find((process) => process.place === place && process.program === program);
  }

  /** The process if it lives. */
  running(place: string, program: string): RecordedProcess | undefined {
    const found = this.recorded(place, program);
    return found !== undefined && isAlive(found) ? found : undefined;
  }

  record(process: RecordedProcess): void {
    this.#stored.processes = [...this.#stored.processes.filter(({ place, program }) => place !== process.place || program !== process.program), process];
    this.#write();
  }

  #write(): void {
    mkdirSync(this.folder, { recursive: true });
    const half = path.join(this.folder, `state.json.${process.pid}.half`);
    writeFileSync(half, `${JSON.stringify(this.#stored, undefined, 2)}\n`);
    renameSync(half, path.join(this.folder, "state.json"));
  }
}
