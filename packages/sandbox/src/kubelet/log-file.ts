import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";

const sizeMax = 4 * 1024 * 1024;
const lineLengthMax = 16 * 1024;

export interface LogLine {
  readonly timeMs: number;
  /** Without the line break. */
  readonly text: string;
}

/** The log of one container: lines with their times in a file, and in one older file when that is full. */
export class LogFile {
  readonly #path: string;
  #descriptor: number | undefined;
  #size = 0;
  readonly #partial: Record<"stdout" | "stderr", string> = { stdout: "", stderr: "" };
  readonly #followers = new Set<(line: LogLine | undefined) => void>();

  constructor(path: string) {
    this.#path = path;
    this.#descriptor = openSync(path, "w", 0o600);
  }

  /** Takes output as it comes, and keeps whole lines; a longer line than 16 KiB is cut in parts. */
  append(stream: "stdout" | "stderr", chunk: string, timeMs: number): void {
    const parts = (this.#partial[stream] + chunk).split("\n");
    this.#partial[stream] = parts.pop() ?? "";
    for (const text of parts) this.#write({ timeMs, text });
    while (this.#partial[stream].length > lineLengthMax) {
      this.#write({ timeMs, text: this.#partial[stream].slice(0, lineLengthMax) });
      this.#partial[stream] = this.#partial[stream].slice(lineLengthMax);
    }
  }

  /** No more output comes: an unfinished line counts as one, followers hear the end. */
  end(timeMs: number): void {
    if (this.#descriptor === undefined) return;
    for (const stream of ["stdout", "stderr"] as const) {
      if (this.#partial[stream] !== "") this.#write({ timeMs, text: this.#partial[stream] });
      this.#partial[stream] = "";
    }
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
    for (const follower of this.#followers) follower(undefined);
    this.#followers.clear();
  }

  /** All lines, also one that has only begun. */
  read(): LogLine[] {
    const begun = Object.values(this.#partial).filter((text) => text !== "");
    return [...[`${this.#path}.old`, this.#path].flatMap((path) => readLines(path)), ...begun.map((text) => ({ timeMs: Date.now(), text }))];
  }

  /** Hears each further line, and undefined at the end (at once if it has ended); returns what stops that. */
  follow(follower: (line: LogLine | undefined) => void): () => void {
    if (this.#descriptor === undefined) follower(undefined);
    else this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  remove(): void {
    this.end(Date.now());
    for (const path of [this.#path, `${this.#path}.old`]) rmSync(path, { force: true });
  }

  #write(line: LogLine): void {
    if (this.#descriptor === undefined) return;
    this.#size += writeSync(this.#descriptor, `${line.timeMs} ${line.text}\n`);
    for (const follower of this.#followers) follower(line);
    if (this.#size < sizeMax) return;
    closeSync(this.#descriptor);
    renameSync(this.#path, `${this.#path}.old`);
    this.#descriptor = openSync(this.#path, "w", 0o600);
    this.#size = 0;
  }
}

function readLines(path: string): LogLine[] {
  let content: string;
  try {
    content = readFileSync(path, "utf8");
  } catch {
    return [];
  }
  return content.split("\n").flatMap((line) => {
    const space = line.indexOf(" ");
    return space < 0 ? [] : [{ timeMs: Number(line.slice(0, space)), text: line.slice(space + 1) }];
  });
}
