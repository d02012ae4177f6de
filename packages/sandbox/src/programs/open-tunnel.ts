import { connect, type Socket } from "node:net";
import { failureHeader } from "../services/forward-proxy.ts";

/** Why no connection came about, in the words of a resolver and of a dial. */
export class TunnelError extends Error {
  override readonly name = "TunnelError";
  readonly code: "unresolved" | "refused";
  constructor(code: TunnelError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

const headBytesMax = 16 * 1024;

/**
 * A connection to `host:port` as a pod makes it: through the forward proxy of `http_proxy` where there is one (CONNECT,
 * RFC 9110 9.3.6), else directly. @throws TunnelError
 */
export function openTunnel(host: string, port: number, environment: NodeJS.ProcessEnv = process.env): Promise<Socket> {
  const proxy = URL.parse(environment["http_proxy"] ?? "");
  return proxy === null ? dialDirectly(host, port) : dialThrough(proxy, host, port);
}

function dialDirectly(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    socket.once("connect", () => resolve(socket));
    socket.once("error", (error: NodeJS.ErrnoException) =>
      reject(new TunnelError(error.code === "ENOTFOUND" || error.code === "EAI_AGAIN" ? "unresolved" : "refused", error.message)),
    );
  });
}

function dialThrough(proxy: URL, host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: proxy.hostname, port: Number(proxy.port) });
    let head = Buffer.alloc(0);
    const fail = (code: TunnelError["code"], message: string) => {
      socket.destroy();
      reject(new TunnelError(code, message));
    };
    const onData = (chunk: Buffer) => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) {
        if (head.length > headBytesMax) fail("refused", "the forward proxy's answer has no end");
        return;
      }
      const text = head.subarray(0, end).toString("latin1");
      if (!text.startsWith("HTTP/1.1 200")) {
        const unresolved = text.includes(`${failureHeader}: unresolved`);
        fail(unresolved ? "unresolved" : "refused", unresolved ? `Could not resolve host: ${host}` : `Failed to connect to ${host} port ${port}: Connection refused`);
        return;
      }
      socket.off("data", onData);
      socket.pause();
      const rest = head.subarray(end + 4);
      if (rest.length > 0) socket.unshift(rest);
      resolve(socket);
    };
    socket.once("error", (error) => fail("refused", error.message));
    socket.on("data", onData);
    const credentials = Buffer.from(`${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`).toString("base64");
    socket.write(`CONNECT ${host}:${port} HTTP/1.1\r\nHost: ${host}:${port}\r\nProxy-Authorization: Basic ${credentials}\r\n\r\n`);
  });
}
