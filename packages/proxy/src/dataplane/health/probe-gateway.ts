import http from "node:http";
import { z } from "zod";
import { limits } from "../http/limits.ts";
import { lookupOrFallback } from "../sockets/lookup-or-fallback.ts";
import type { GatewayAddress, ProbeGateway } from "./gateway-probes.ts";
import { exportsPath } from "../routing/exports-path.ts";
import type { ProbedExports } from "./gateway-health.ts";

const probeMsMax = 2_000;
const bodyBytesMax = 4_194_304;

const exportsSchema = z.object({
  clusterKey: z.string().nullable(),
  exports: z.array(z.object({ service: z.string(), port: z.int(), path: z.string(), ready: z.int().min(0) })),
});

/**
 * `GET /.well-known/sluice/exports` at a gateway. Rejects with the socket's error, or after 2 s; resolves with null when
 * whoever answers is not a gateway of ours.
 */
export const probeGateway: ProbeGateway = (gateway) =>
  new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(probeMsMax);
    const request = http.get(requestOptions(gateway, signal), (response) => {
      const pieces: Buffer[] = [];
      let bytes = 0;
      response.on("data", (piece: Buffer) => {
        bytes += piece.length;
        if (bytes > bodyBytesMax) request.destroy(new Error(`the exports of ${gateway.clusterKey} are over ${bodyBytesMax} bytes`));
        else pieces.push(piece);
      });
      response.on("error", reject);
      response.on("end", () => resolve(response.statusCode === 200 ? parseExports(Buffer.concat(pieces)) : null));
    });
    request.on("timeout", () => request.destroy(new Error(`the gateway of ${gateway.clusterKey} does not answer`)));
    request.on("error", reject);
  });

function requestOptions(gateway: GatewayAddress, signal: AbortSignal): http.RequestOptions {
  const { host, ip, port } = gateway;
  return { host, port, path: exportsPath, agent: false, signal, timeout: limits.dialMsMax, lookup: lookupOrFallback(ip) };
}

function parseExports(body: Buffer): ProbedExports | null {
  try {
    return exportsSchema.safeParse(JSON.parse(body.toString())).data ?? null;
  } catch {
    return null;
  }
}
