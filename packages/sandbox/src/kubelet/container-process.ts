import { spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";

/**
 * The watchdog holds the reading end of a pipe whose other end only this process has: when this process is gone,
 * however hard it died, the pipe closes and the whole process group of the pod ends.
 */
const watchdog = '( read _ <&3; kill -s KILL -- "-$$" ) >/dev/null 2>&1 4>&- & exec "$@" 3<&-';

export interface ProcessExit {
  /** Exit code; 128 plus the signal's number after a signal, as containers report it. */
  readonly code: number;
}

export interface ContainerProcess {
  readonly pid: number;
  readonly stdin: Writable | undefined;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when a program that announces it is ready to serve (or at once for others). */
  readonly begun: Promise<void>;
  readonly exited: Promise<ProcessExit>;
  /** Signals the main process only, as a container runtime does. */
  signal(name: "SIGTERM" | "SIGKILL"): void;
  /** Ends everything that the process started. */
  destroy(): void;
}

export interface ProcessRequest {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly stdin?: boolean;
  /** The program closes file descriptor 4 when it serves. */
  readonly announces?: boolean;
}

const begunMsMax = 10_000;
const signalNumbers: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGPIPE: 13, SIGALRM: 14, SIGTERM: 15 };

/** Starts a local process in a group of its own, in the place of a container. Rejects when it can't be started at all. */
export async function startProcess(request: ProcessRequest): Promise<ContainerProcess> {
  const child = spawn("/bin/sh", ["-c", watchdog, "sh", ...request.argv], {
    cwd: request.cwd,
    env: request.announces === true ? { ...request.env, SLUICE_ANNOUNCE_FD: "4" } : { ...request.env },
    detached: true,
    stdio: [request.stdin === true ? "pipe" : "ignore", "pipe", "pipe", "pipe", "pipe"],
  });
  const lifeline = child.stdio[3] as Writable;
  const announcement = child.stdio[4] as Readable;
  lifeline.on("error", () => undefined);
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once("exit", (code, signal) => {
      destroyGroup(child.pid);
      resolve({ code: code ?? 128 + (signalNumbers[signal ?? ""] ?? 9) });
    });
  });
  const begun = announced(announcement, request.announces === true, exited);
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
  child.on("error", () => undefined);
  child.stdin?.on("error", () => undefined);
  const { pid, stdout, stderr, stdin } = child;
  if (pid === undefined || stdout === null || stderr === null) throw new Error("the process has no pid or pipes");
  return {
    pid,
    stdin: stdin ?? undefined,
    stdout,
    stderr,
    begun,
    exited,
    signal: (name) => void child.kill(name),
    destroy: () => {
      destroyGroup(pid);
      lifeline.destroy();
    },
  };
}

async function announced(pipe: Readable, wait: boolean, exited: Promise<unknown>): Promise<void> {
  pipe.on("error", () => undefined);
  pipe.resume();
  if (!wait) return;
  const closed = new Promise<void>((resolve) => {
    pipe.once("close", resolve);
    pipe.once("end", resolve);
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, begunMsMax);
  });
  await Promise.race([closed, exited, late]);
  clearTimeout(timer);
}

function destroyGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nothing of the group is left.
  }
}
