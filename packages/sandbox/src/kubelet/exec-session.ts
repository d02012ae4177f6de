import { randomUUID } from "node:crypto";
import type { Readable } from "node:stream";
import type { WebSocket } from "ws";
import type { ContainerRunner } from "./container-runner.ts";
import { openTerminal, type Terminal } from "./open-terminal.ts";

/** Preferred first. v5 adds that the client can close stdin. */
export const execProtocols = ["v5.channel.k8s.io", "v4.channel.k8s.io"] as const;

const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;
/** Output waits in the process while more than this has not been taken by the client. */
const waitingMax = 1024 * 1024;

/** One `kubectl exec` (k8s.io/apimachinery remotecommand): runs the command beside the container's process and says how it ended. */
export async function runExecSession(websocket: WebSocket, target: { runner: ContainerRunner; query: URLSearchParams }): Promise<void> {
  const { runner, query } = target;
  const argv = query.getAll("command");
  const wants = (...names: string[]): boolean => names.some((name) => ["1", "true"].includes(query.get(name) ?? ""));
  websocket.on("error", () => undefined);
  const finish = (status: object): void => {
    websocket.send(frame(channel.error, Buffer.from(JSON.stringify({ metadata: {}, ...status }))), () => websocket.close(1000));
  };
  if (!runner.isRunning || argv.length === 0) return finish(failure(argv.length === 0 ? "no command was given" : `container ${runner.report.name} is not running`));
  const isTerminal = wants("tty");
  const terminal = isTerminal ? openTerminal(argv, `${runner.dir}/terminal-${randomUUID()}`) : undefined;
  // What the client sends before the process stands must not be lost.
  websocket.pause();
  try {
    const child = await runner.startBeside(terminal?.argv ?? argv, { hasStdin: wants("stdin", "input"), env: isTerminal ? { TERM: "xterm" } : {} });
    // Without a terminal in between, nobody else makes lines of what raw keyboards send and raw screens want.
    const isRaw = isTerminal && terminal === undefined;
    websocket.on("close", () => child.destroy());
    websocket.on("message", (data: Buffer) => {
      const [to] = data;
      if (to === channel.stdin && data.length > 1) child.stdin?.write(isRaw ? replaced(data.subarray(1), "\r", "\n") : data.subarray(1));
      else if (to === channel.close && data[1] === channel.stdin) child.stdin?.end();
      else if (to === channel.resize) resize(terminal, data.subarray(1));
    });
    websocket.resume();
    const send = (to: number) => (chunk: Buffer, stream: Readable): void => {
      terminal?.stands();
      websocket.send(frame(to, isRaw ? replaced(chunk, "\n", "\r\n") : chunk), () => stream.resume());
      if (websocket.bufferedAmount > waitingMax) stream.pause();
    };
    const ended = [passOn(child.stdout, send(channel.stdout)), passOn(child.stderr, send(isTerminal ? channel.stdout : channel.stderr))];
    const { code } = await child.exited;
    await Promise.all(ended);
    child.destroy();
    finish(code === 0 ? { status: "Success" } : exited(code));
  } catch (error) {
    finish(failure(error instanceof Error ? error.message : String(error)));
  } finally {
    terminal?.remove();
  }
  return undefined;
}

/** Resolves at the stream's end. */
async function passOn(stream: Readable, take: (chunk: Buffer, stream: Readable) => void): Promise<void> {
  stream.on("data", (chunk: Buffer) => take(chunk, stream));
  await new Promise((resolve) => stream.once("close", resolve));
}

/** A size as remotecommand sends it: `{"Width":80,"Height":24}`. */
function resize(terminal: Terminal | undefined, text: Buffer): void {
  const size = /^\{"Width":(\d{1,5}),"Height":(\d{1,5})\}\s*$/.exec(text.toString("utf8"));
  if (size !== null) terminal?.resize({ Width: Number(size[1]), Height: Number(size[2]) });
}

function replaced(bytes: Buffer, from: string, to: string): Buffer {
  return Buffer.from(bytes.toString("latin1").replaceAll(from, to), "latin1");
}

function frame(to: number, data: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([to]), data]);
}

function exited(code: number): object {
  return {
    status: "Failure",
    reason: "NonZeroExitCode",
    message: `command terminated with non-zero exit code: exit status ${code}`,
    details: { causes: [{ reason: "ExitCode", message: String(code) }] },
  };
}

function failure(message: string): object {
  return { status: "Failure", reason: "InternalError", message: `Internal error occurred: ${message}`, code: 500 };
}
