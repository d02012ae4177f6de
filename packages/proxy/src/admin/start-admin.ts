import http from "node:http";
import type { AddressInfo } from "node:net";
import type { ProxySnapshot } from "@sluice/shared/telemetry/proxy-snapshot";
import type { TelemetryFrame } from "@sluice/shared/telemetry/telemetry-frame";
import { proxyMetrics } from "../telemetry/proxy-metrics.ts";
import { intervalMsMax, intervalMsMin, TelemetryStream } from "./telemetry-stream.ts";

export interface AdminOptions {
  readonly address: string;
  /** 0: any free port. */
  readonly port: number;
  /** null: ready; otherwise why not. */
  readonly notReady: () => string | null;
  readonly frame: () => TelemetryFrame;
  readonly snapshot: () => ProxySnapshot;
  readonly gatewayRefused: () => ReadonlyMap<string, number>;
}

export interface Admin {
  readonly port: number;
  stop(): void;
}

const connectionsMax = 256;

/** Serves `/healthz`, `/readyz`, `/metrics`, `/snapshot` and `/telemetry/stream`. Rejects when the port cannot be bound. */
export async function startAdmin(options: AdminOptions): Promise<Admin> {
  const stream = new TelemetryStream(options.frame);
  const server = http.createServer((request, response) => {
    answer(request, response, options, stream).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else json(response, 500, { code: "internal", message: String(error) });
    });
  });
  server.maxConnections = connectionsMax;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.address, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop() {
      stream.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(request: http.IncomingMessage, response: http.ServerResponse, options: AdminOptions, stream: TelemetryStream): Promise<void> {
  const url = new URL(request.url ?? "/", "http://admin");
  if (request.method !== "GET" && request.method !== "HEAD") {
    json(response, 405, { code: "method_not_allowed", message: "Only GET and HEAD are served here." });
    return;
  }
  switch (url.pathname) {
    case "/healthz":
      json(response, 200, { ok: true });
      return;
    case "/readyz": {
      const reason = options.notReady();
      json(response, reason === null ? 200 : 503, reason === null ? { ready: true } : { code: "not_ready", message: reason });
      return;
    }
    case "/metrics": {
      const { contentType, text } = await proxyMetrics(options.frame(), options.gatewayRefused());
      response.writeHead(200, { "content-type": contentType }).end(text);
      return;
    }
    case "/snapshot":
      json(response, 200, options.snapshot());
      return;
    case "/telemetry/stream":
      openStream(url, response, stream);
      return;
    default:
      json(response, 404, { code: "unknown_path", message: `There is no ${url.pathname} here.` });
  }
}

function openStream(url: URL, response: http.ServerResponse, stream: TelemetryStream): void {
  const intervalMs = Number(url.searchParams.get("intervalMs") ?? 1_000);
  if (!Number.isInteger(intervalMs) || intervalMs < intervalMsMin || intervalMs > intervalMsMax) {
    json(response, 400, { code: "bad_interval", field: "intervalMs", message: `intervalMs must be a whole number from ${intervalMsMin} to ${intervalMsMax}.` });
  } else if (!stream.add(response, intervalMs)) {
    json(response, 503, { code: "too_many_listeners", message: "Too many telemetry streams are open; close one." });
  }
}

function json(response: http.ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(value)}\n`);
}
