import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { once } from "node:events";

/**
 * Runs `work` while this process alone holds `file` (flock(2), by util-linux's flock). The kernel lets go of it when the
 * holder ends, however it ends: `cat` sees the end of its input. `onWait` is told once if somebody else holds it;
 * throws `signal`'s reason if that is aborted while waiting.
 */
export async function withLock<T>(file: string, onWait: () => void, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  mkdirSync(path.dirname(file), { recursive: true });
  // A group of its own: Ctrl-C in a terminal must not let go of the lock before the work has been ended.
  const holder = spawn("flock", [file, "sh", "-c", "echo held && exec cat >/dev/null"], { stdio: ["pipe", "pipe", "inherit"], detached: true, cwd: "/" });
  const exited = once(holder, "exit");
  // Not by its own option `signal`: during the work the lock must stay.
  const stop = () => holder.kill("SIGKILL");
  signal?.addEventListener("abort", stop, { once: true });
  const waiting = setTimeout(onWait, 300);
  const held = await Promise.race([once(holder.stdout, "data").then(() => true), exited.then(() => false), once(holder, "error").then(() => false)]);
  clearTimeout(waiting);
  signal?.removeEventListener("abort", stop);
  if (!held) signal?.throwIfAborted();
  if (!held) throw new Error(`could not lock ${file}: is util-linux's flock on PATH?`);
  try {
    return await work();
  } finally {
    holder.stdin.end();
    await exited;
  }
}
