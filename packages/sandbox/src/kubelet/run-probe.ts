import { request } from "node:http";
import { request as secureRequest } from "node:https";
import { connect } from "node:net";
import { portNumber, type Container, type Probe } from "./pod-spec.ts";

export interface ProbeTarget {
  readonly container: Container;
  readonly podIp: string;
  /** Real port of a container port. */
  readonly mapPort: (port: number) => number;
  /** Runs a command in the container; resolves to its exit code. */
  readonly execute: (command: readonly string[], timeoutMs: number) => Promise<number>;
}

/** One attempt of a probe: undefined if it succeeded, else what went wrong (`pkg/probe`). */
export async function runProbe(probe: Probe, target: ProbeTarget): Promise<string | undefined> {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
  if (probe.exec !== undefined) {
    const code = await target.execute(probe.exec.command ?? [], timeoutMs);
    return code === 0 ? undefined : `command exited with ${code}`;
  }
  const address = probe.httpGet ?? probe.tcpSocket;
  if (address === undefined) return "the sandbox knows the probes httpGet, tcpSocket and exec";
  const named = portNumber(target.container, address.port);
  if (named === undefined) return `the container has no port named "${address.port}"`;
  const host = address.host ?? target.podIp;
  const port = target.mapPort(named);
  return probe.httpGet === undefined ? await dial(host, port, timeoutMs) : await get(probe.httpGet, host, port, timeoutMs);
}

async function dial(host: string, port: number, timeoutMs: number): Promise<string | undefined> {
  return await new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const end = (problem?: string): void => {
      socket.destroy();
      resolve(problem);
    };
    socket.once("connect", () => end());
    socket.once("timeout", () => end(`no connection within ${timeoutMs} ms`));
    socket.once("error", (error) => end(error.message));
  });
}

async function get(action: NonNullable<Probe["httpGet"]>, host: string, port: number, timeoutMs: number): Promise<string | undefined> {
  const isSecure = action.scheme === "HTTPS";
  const headers = { "user-agent": "kube-probe/sandbox", ...Object.fromEntries((action.httpHeaders ?? []).map(({ name, value }) => [name, value])) };
  return await new Promise((resolve) => {
    const call = (isSecure ? secureRequest : request)(
      // As Kubernetes: a probe does not check the certificate.
      { host, port, path: action.path ?? "/", headers, agent: false, signal: AbortSignal.timeout(timeoutMs), ...(isSecure ? { rejectUnauthorized: false } : {}) },
      (response) => {
        const status = response.statusCode ?? 0;
        response.destroy();
        resolve(status >= 200 && status < 400 ? undefined : `HTTP probe failed with statuscode: ${status}`);
      },
    );
    call.once("error", (error) => resolve(error.message));
    call.end();
  });
}
