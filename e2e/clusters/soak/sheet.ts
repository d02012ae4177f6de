import { readFileSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";
import { block, type CyclesRow, type KillRow, type Rows, type ScenarioRow, withBlock } from "./tables.ts";

/** Writes figures into a Markdown file as they come: what ends early leaves those it had. */
export class Sheet {
  readonly #file: string | undefined;
  readonly #begun = new Date();
  readonly #rows = { cycles: [] as CyclesRow[], kills: [] as KillRow[], scenarios: [] as ScenarioRow[] } satisfies Rows;

  /** Without a file nothing is written. Throws where it can't be read or lacks the marks of what is written by this. */
  constructor(file: string | undefined) {
    this.#file = file;
    if (file !== undefined) withBlock(readFileSync(file, "utf8"), "");
  }

  cycles(rows: readonly CyclesRow[]): void {
    this.#rows.cycles.push(...rows);
    this.#write();
  }

  kill(row: KillRow): void {
    this.#rows.kills.push(row);
    this.#write();
  }

  scenario(row: ScenarioRow): void {
    this.#rows.scenarios.push(row);
    this.#write();
  }

  #write(): void {
    if (this.#file !== undefined) writeFileSync(this.#file, withBlock(readFileSync(this.#file, "utf8"), block(this.#origin(), this.#rows)));
  }

  #origin(): string {
    const processors = cpus();
    const minutes = Math.round((Date.now() - this.#begun.getTime()) / 60_000);
    return `Begun ${this.#begun.toISOString().slice(0, 16).replace("T", " ")} UTC; the last of these figures came ${minutes} minutes later. On ${processors.length} × ${processors[0]?.model.trim() ?? "unknown processor"}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release().split("-")[0]}, with all clusters on it.`;
  }
}
