import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

export interface TerminalOptions {
  /** Where the first script begins. */
  folder: string;
  /** Begins in a temporary folder with links to everything in `folder` instead: what scripts write beside that ends with the terminal. */
  aside?: boolean;
  kubeconfig: string;
  /** Programs that scripts call by these names, wherever they are. */
  programs?: Readonly<Record<string, string>>;
}

/** Runs scripts one after the other, each beginning in the folder where the one before ended, as in a reader's terminal. */
export class Terminal {
  readonly #home = mkdtempSync(path.join(tmpdir(), "sluice-terminal-"));
  readonly #environment: NodeJS.ProcessEnv;
  #folder: string;

  constructor({ folder, aside = false, kubeconfig, programs = {} }: TerminalOptions) {
    this.#folder = aside ? path.join(this.#home, "aside") : folder;
    if (aside) mkdirSync(this.#folder);
    for (const name of aside ? readdirSync(folder) : []) symlinkSync(path.join(folder, name), path.join(this.#folder, name));
    this.#environment = { ...process.env, KUBECONFIG: kubeconfig, HOME: this.#home, PATH: `${this.#home}${path.delimiter}${process.env["PATH"]}` };
    for (const [name, program] of Object.entries(programs)) {
      if (program !== name) symlinkSync(path.resolve(program), path.join(this.#home, name));
    }
  }

  /** What the script printed, errors included. Throws with that when a command of it fails or it takes longer. */
  run(script: string, timeoutMs = 150_000): Promise<string> {
    const whereFile = path.join(this.#home, "pwd");
    const text = `exec 2>&1\nset -e\n${script}\npwd > "${whereFile}"\n`;
    return new Promise((resolve, reject) => {
      execFile("sh", ["-c", text], { cwd: this.#folder, env: this.#environment, timeout: timeoutMs, maxBuffer: 16 * 1024 * 1024 }, (error, stdout) => {
        if (error !== null) return reject(new Error(`it ended with ${error.code ?? error.signal}, after printing:\n${stdout}`));
        this.#folder = readFileSync(whereFile, "utf8").trim();
        resolve(stdout);
      });
    });
  }

  close(): void {
    rmSync(this.#home, { recursive: true, force: true });
  }
}
