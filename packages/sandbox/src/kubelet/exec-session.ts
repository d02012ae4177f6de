import type { WebSocket } from "ws";
import type { ContainerRunner } from "./container-runner.ts";
import { startProcess } from "./container-process.ts";

/** Preferred first. v5 adds that the client can close stdin. */
export const execProtocols = ["v5.channel.k8s.io", "v4.channel.k8s.io"] as const;

const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;
/** Output waits in the process while more than this has not been taken by the client. */
const waitingMax = 1024 * 1024;

/** One `kubectl exec` (k8s.io/apimachinery remotecommand): runs the command beside the container's process and says how it ended. */
export async function runExecSession(websocket: WebSocket, target: { runner: ContainerRunner; dir: string; query: URLSearchParams }): Promise<void> {
  const { runner, dir, query } = target;
  const argv = query.getAll("command");
  const wants = (...names: string[]): boolean => names.some((name) => ["1", "true"].includes(query.get(name) ?? ""));
  websocket.on("error", () => undefined);
  const finish = (status: object): void => {
    websocket.send(frame(channel.error, Buffer.from(JSON.stringify({ metadata: {}, ...status }))), () => websocket.close(1000));
  };
  if (!runner.isRunning || argv.length === 0) return finish(failure(argv.length === 0 ? "no command was given" : `container ${runner.report.name} is not running`));
  const hasStdin = wants("stdin", "input");
  try {
    const child = await startProcess({ argv, env: runner.env, cwd: dir, stdin: hasStdin });
    websocket.on("close", () => child.destroy());
    websocket.on("message", (data: Buffer) => {
      const [to] = data;
      // Resizes are for terminals, which local processes here don't have.
      if (to === channel.stdin && data.length > 1) child.stdin?.write(data.subarray(1));
      else if (to === channel.close && data[1] === channel.stdin) child.stdin?.end();
    });
    const isTerminal = wants("tty");
    const outputs = [
      [child.stdout, channel.stdout],
      [child.stderr, isTerminal ? channel.stdout : channel.stderr],
    ] as const;
    const ended = outputs.map(
      ([stream, to]) =>
        new Promise<void>((resolve) => {
          stream.on("data", (chunk: Buffer) => {
            websocket.send(frame(to, chunk), () => stream.resume());
            if (websocket.bufferedAmount > waitingMax) stream.pause();
          });
          stream.once("close", resolve);
        }),
    );
    const { code } = await child.exited;
    await Promise.all(ended);
    child.destroy();
    finish(code === 0 ? { status: "Success" } : exited(code));
  } catch (error) {
    finish(failure(error instanceof Error ? error.message : String(error)));
  }
  return undefined;
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
