import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { delimiter } from "node:path";

/** A pseudo-terminal for one command, which `script` of util-linux or BSD holds. */
export interface Terminal {
  /** Command line that runs the command in the terminal. */
  readonly argv: readonly string[];
  /** Takes a size; it is set as soon as the terminal stands. */
  resize(size: { Width: number; Height: number }): void;
  /** To be called when the command has written: the terminal stands. */
  stands(): void;
  remove(): void;
}

/** Writes down which terminal it is, and becomes the command. */
const inside = 'tty > "$0"; exec "$@"';

/** A terminal for the command; undefined on a machine without `script`. `file` is a path that this may use. */
export function openTerminal(command: readonly string[], file: string): Terminal | undefined {
  if (!hasScript()) return undefined;
  const inner = ["/bin/sh", "-c", inside, file, ...command];
  const holder = process.platform === "linux" ? ["script", "-qec", inner.map(quote).join(" "), "/dev/null"] : ["script", "-q", "/dev/null", ...inner];
  let wanted: { Width: number; Height: number } | undefined;
  const settle = (): void => {
    const device = wanted !== undefined && existsSync(file) ? readFileSync(file, "utf8").trim() : "";
    if (wanted === undefined || !device.startsWith("/dev/")) return;
    const size = ["rows", String(wanted.Height), "cols", String(wanted.Width)];
    wanted = undefined;
    spawn("stty", [process.platform === "linux" ? "-F" : "-f", device, ...size], { stdio: "ignore" }).on("error", () => undefined);
  };
  return {
    // As a child of its own: script waits for all children that it has, so it must not get one from who started it.
    argv: ["/bin/sh", "-c", '"$@"; exit $?', "sh", ...holder],
    resize(size) {
      wanted = size;
      settle();
    },
    stands: settle,
    remove: () => rmSync(file, { force: true }),
  };
}

function hasScript(): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => folder !== "" && existsSync(`${folder}/script`));
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
