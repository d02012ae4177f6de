import net from "node:net";

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const headsVaried = [
  "Accept: */*\r\nUser-Agent: bench/1\r\n",
  "Accept: text/html,application/xhtml+xml\r\nAccept-Encoding: gzip, br\r\nAccept-Language: en-GB,en;q=0.8\r\nCookie: session=0123456789abcdef; theme=dark\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nCache-Control: no-cache\r\n",
  "Accept: application/json\r\nAuthorization: Bearer 0123456789abcdef0123456789abcdef\r\nX-Request-Id: 7b9a2c1e\r\nUser-Agent: bench/1\r\nTraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n",
];

/** Keeps `connections` keep-alive connections busy, one request each at a time, for `seconds`. Rejects when an answer is not 200. */
export async function closedLoop(port: number, connections: number, seconds: number): Promise<LoadResult> {
  const latenciesMs: number[] = [];
  const beganAtMs = performance.now();
  const untilMs = beganAtMs + seconds * 1_000;
  await Promise.all(Array.from({ length: connections }, (_, index) => oneConnection(port, index, untilMs, latenciesMs)));
  const elapsedSeconds = (performance.now() - beganAtMs) / 1_000;
  const sorted = Float64Array.from(latenciesMs).sort();
  const quantile = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { requests: sorted.length, seconds: elapsedSeconds, p50Ms: quantile(0.5), p99Ms: quantile(0.99) };
}

function oneConnection(port: number, seed: number, untilMs: number, latenciesMs: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
    let round = seed;
    let sentAtMs = 0;
    let text = "";
    const send = (): void => {
      sentAtMs = performance.now();
      socket.write(`GET /bench?round=${round} HTTP/1.1\r\nHost: web.bench\r\n${headsVaried[round++ % headsVaried.length]}\r\n`);
    };
    socket.on("connect", send);
    socket.on("error", reject);
    socket.on("close", () => resolve());
    socket.on("data", (bytes: Buffer) => {
      text += bytes.toString("latin1");
      // The backend's body is the only line that ends so.
      if (!text.endsWith("benchmark.\n")) return;
      if (!text.startsWith("HTTP/1.1 200")) {
        reject(new Error(`not a 200: ${text.slice(0, 200)}`));
        return;
      }
      text = "";
      const nowMs = performance.now();
      latenciesMs.push(nowMs - sentAtMs);
      if (nowMs < untilMs) send();
      else socket.end();
    });
  });
}
