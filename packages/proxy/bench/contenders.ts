import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { MeasuredProcess } from "./measured-process.ts";

export interface Contender {
  readonly name: string;
  readonly process: MeasuredProcess;
}

export interface ContenderOptions {
  /** Port of the backend that every proxy leads to. */
  readonly backend: number;
  /** Core that each proxy is pinned to; null: none. */
  readonly core: number | null;
  /** For configuration files; the caller removes it. */
  readonly folder: string;
  /** Told which proxy is left out, and why. */
  readonly onMissing: (message: string) => void;
}

/** This proxy and those that it is compared with, each with one worker, splitting 100:10 and setting X-Forwarded-For. */
export async function startContenders({ backend, core, folder, onMissing }: ContenderOptions): Promise<Contender[]> {
  const node = [process.execPath, "--max-semi-space-size=32"];
  const script = (name: string): string[] => [...node, join(import.meta.dirname, name), String(backend)];
  const contenders: Contender[] = [
    { name: "sluice", process: await MeasuredProcess.start(script("sluice-proxy.ts"), core) },
    { name: "node:http", process: await MeasuredProcess.start(script("node-http-proxy.ts"), core) },
  ];
  for (const { name, program, versionFlag, args, config } of others) {
    if (spawnSync(program, [versionFlag]).status !== 0) {
      onMissing(`${name} is left out: there is no ${program} on PATH; install Debian's package of that name`);
      continue;
    }
    const port = await freePort();
    const file = join(folder, `${program}.conf`);
    writeFileSync(file, config({ folder, port, backend }));
    const started = await MeasuredProcess.start([program, ...args, file], core, port);
    contenders.push({ name, process: started });
    await untilAccepts(name, port);
  }
  return contenders;
}

interface ConfigOptions {
  readonly folder: string;
  readonly port: number;
  readonly backend: number;
}

const startMsMax = 20_000;

const others = [
  { name: "nginx", program: "nginx", versionFlag: "-v", args: ["-c"], config: nginxConfig },
  { name: "HAProxy", program: "haproxy", versionFlag: "-v", args: ["-db", "-f"], config: haproxyConfig },
];

function nginxConfig({ folder, port, backend }: ConfigOptions): string {
  return `daemon off; master_process off; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events { worker_connections 4096; }
http { access_log off; keepalive_requests 1000000000; client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
upstream backend { server 127.0.0.1:${backend} weight=100; server 127.0.0.1:${backend} weight=10; keepalive 256; keepalive_requests 1000000000; }
server { listen 127.0.0.1:${port}; location / { proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; } } }
`;
}

function haproxyConfig({ port, backend }: ConfigOptions): string {
  return `global
  nbthread 1
  maxconn 4096
defaults
  mode http
  option forwardfor
  http-reuse always
  timeout connect 1s
  timeout client 1h
  timeout server 1h
frontend service
  bind 127.0.0.1:${port}
  default_backend targets
backend targets
  balance roundrobin
  server own 127.0.0.1:${backend} weight 100
  server other 127.0.0.1:${backend} weight 10
`;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function untilAccepts(name: string, port: number): Promise<void> {
  const endMs = performance.now() + startMsMax;
  while (!(await accepts(port))) {
    if (performance.now() > endMs) throw new Error(`${name} does not accept connections on port ${port} after ${startMsMax} ms`);
  }
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
