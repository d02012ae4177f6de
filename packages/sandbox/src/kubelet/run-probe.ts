import { request } from "node:http";
import { request as secureRequest } from "node:https";
import type { Loopback } from "../network/loopback.ts";
import { openConnection } from "../network/open-connection.ts";
import { portNumber, type Container, type Probe } from "./pod-spec.ts";

export interface ProbeTarget {
  readonly container: Container;
  readonly podIp: string;
  readonly loopback: Loopback;
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
  const port = portNumber(target.container, address.port);
  if (port === undefined) return `the container has no port named "${address.port}"`;
  const host = address.host ?? target.podIp;
  return probe.httpGet === undefined ? await dial(target.loopback, host, port, timeoutMs) : await get(target.loopback, probe.httpGet, host, port, timeoutMs);
}

async function dial(loopback: Loopback, host: string, port: number, timeoutMs: number): Promise<string | undefined> {
  return await new Promise((resolve) => {
    const socket = loopback.connect({ host, port });
    socket.setTimeout(timeoutMs);
    const end = (problem?: string): void => {
      socket.destroy();
      resolve(problem);
    };
    socket.once("connect", () => end());
    socket.once("timeout", () => end(`no connection within ${timeoutMs} ms`));
    socket.once("error", (error) => end(error.message));
  });
}

async function get(loopback: Loopback, action: NonNullable<Probe["httpGet"]>, host: string, port: number, timeoutMs: number): Promise<string | undefined> {
  const tls = action.scheme === "HTTPS";
  const headers = { "user-agent": "kube-probe/sandbox", ...Object.fromEntries((action.httpHeaders ?? []).map(({ name, value }) => [name, value])) };
  return await new Promise((resolve) => {
    const call = (tls ? secureRequest : request)(
      // As Kubernetes: a probe does not check the certificate.
      { host, port, path: action.path ?? "/", headers, signal: AbortSignal.timeout(timeoutMs), createConnection: () => openConnection(loopback, { host, port, tls }) },
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
