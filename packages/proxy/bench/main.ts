import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { closedLoop, type LoadResult } from "./closed-loop.ts";
import { MeasuredProcess } from "./measured-process.ts";

/** `npm run bench -w packages/proxy -- [seconds] [rounds]`: small keep-alive requests through each proxy in alternating rounds. */
const seconds = Number(process.argv[2] ?? 5);
const rounds = Number(process.argv[3] ?? 3);
const connections = 64;
const folder = mkdtempSync(join(tmpdir(), "sluice-bench-"));

interface Contender {
  readonly name: string;
  readonly process: MeasuredProcess;
  readonly results: (LoadResult & { readonly cpuMicrosPerRequest: number })[];
}

const proxyCore = availableParallelism() > 1 && spawnSync("taskset", ["-V"]).status === 0 ? 1 : null;
const node = [process.execPath, "--max-semi-space-size=32"];
const script = (name: string): string => join(import.meta.dirname, name);

const backend = await MeasuredProcess.start([...node, script("backend.ts")], proxyCore === null ? null : 0);
const contenders: Contender[] = [];
try {
  contenders.push({ name: "sluice", process: await MeasuredProcess.start([...node, script("sluice-proxy.ts"), String(backend.port)], proxyCore), results: [] });
  contenders.push({ name: "node:http", process: await MeasuredProcess.start([...node, script("node-http-proxy.ts"), String(backend.port)], proxyCore), results: [] });
  if (spawnSync("nginx", ["-v"]).status === 0) contenders.push({ name: "nginx", process: await startNginx(), results: [] });
  else process.stdout.write("nginx is not installed: compared with node:http only\n");
  process.stdout.write(`${cpus()[0]?.model ?? "unknown CPU"}, ${availableParallelism()} cores, Node ${process.version}; ${connections} connections, ${rounds} rounds of ${seconds} s\n`);
  for (let round = -1; round < rounds; round++) for (const contender of contenders) await measure(contender, round < 0);
  for (const contender of contenders) report(contender);
} finally {
  for (const { process: proxy } of contenders) proxy.stop();
  backend.stop();
  rmSync(folder, { recursive: true });
}

async function measure({ process: proxy, results }: Contender, warmUp: boolean): Promise<void> {
  const before = proxy.cpuMicros();
  const result = await closedLoop(proxy.port, connections, warmUp ? 1 : seconds);
  if (!warmUp) results.push({ ...result, cpuMicrosPerRequest: (proxy.cpuMicros() - before) / result.requests });
}

function report({ name, process: proxy, results }: Contender): void {
  const median = (of: (result: Contender["results"][number]) => number): number => results.map(of).toSorted((one, other) => one - other)[Math.floor(results.length / 2)] ?? Number.NaN;
  const ratios = results.map((result, index) => result.cpuMicrosPerRequest / (contenders.at(-1)?.results[index]?.cpuMicrosPerRequest ?? Number.NaN)).toSorted((one, other) => one - other);
  const columns = [
    name.padEnd(10),
    `${median(({ requests, seconds: elapsed }) => requests / elapsed).toFixed(0)} requests/s`,
    `p50 ${median(({ p50Ms }) => p50Ms).toFixed(2)} ms`,
    `p99 ${median(({ p99Ms }) => p99Ms).toFixed(2)} ms`,
    `${median(({ cpuMicrosPerRequest }) => cpuMicrosPerRequest).toFixed(1)} µs CPU a request`,
    `${ratios[Math.floor(ratios.length / 2)]?.toFixed(2)} of ${contenders.at(-1)?.name}'s (${ratios[0]?.toFixed(2)} to ${ratios.at(-1)?.toFixed(2)})`,
    `peak ${proxy.peakMib().toFixed(0)} MiB`,
  ];
  process.stdout.write(`${columns.join("  ")}\n`);
}

async function startNginx(): Promise<MeasuredProcess> {
  const port = await freePort();
  const file = join(folder, "nginx.conf");
  writeFileSync(
    file,
    `daemon off; master_process off; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events { worker_connections 4096; }
http { access_log off; keepalive_requests 1000000000; client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
upstream backend { server 127.0.0.1:${backend.port}; keepalive 256; keepalive_requests 1000000000; }
server { listen 127.0.0.1:${port}; location / { proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; } } }
`,
  );
  const nginx = await MeasuredProcess.start(["nginx", "-c", file], proxyCore, port);
  while (!(await accepts(port)));
  return nginx;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: "127.0.0.1" }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
