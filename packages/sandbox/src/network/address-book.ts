import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

/**
 * Where the addresses of a cluster really are on a system that has 127.0.0.1 only: a folder with one file for each
 * (address, port) that is listened at, which holds the port of 127.0.0.1 and the process behind it. All processes of
 * the cluster share it. An entry of a process that is gone counts for nothing.
 */
export class AddressBook {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Port of 127.0.0.1 that stands for the address; undefined when nobody listens there. */
  find(address: string, port: number): number | undefined {
    let text: string;
    try {
      text = readFileSync(this.#file(address, port), "utf8");
    } catch {
      return undefined;
    }
    const [realPort = 0, pid = 0] = text.split(" ").map(Number);
    return isAlive(pid) ? realPort : undefined;
  }

  /** A reader sees a whole entry or none. */
  enter(address: string, port: number, realPort: number): void {
    const file = this.#file(address, port);
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, `${realPort} ${process.pid}`, { mode: 0o600 });
    renameSync(draft, file);
  }

  strike(address: string, port: number): void {
    rmSync(this.#file(address, port), { force: true });
  }

  /** Nothing of this address is left, whoever listened there. */
  strikeAll(address: string): void {
    for (const name of readdirSync(this.folder)) if (name.startsWith(`${address}_`)) rmSync(`${this.folder}/${name}`, { force: true });
  }

  #file(address: string, port: number): string {
    return `${this.folder}/${address}_${port}`;
  }
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
