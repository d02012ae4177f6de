import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import path from "node:path";
import { parseArgs } from "node:util";
import { blobFile, manifestType, references } from "./store.ts";

/**
 * `registry.ts --store DIR --host ADDRESS --port 5000`: what a container runtime needs to pull from the store (the pull
 * part of OCI's distribution specification), so that images with the policy Always work where no registry is reachable.
 */
const { values } = parseArgs({ options: { store: { type: "string" }, host: { type: "string" }, port: { type: "string" } } });
const { store, host, port } = values;
if (store === undefined || host === undefined || port === undefined) throw new Error("use: registry.ts --store DIR --host ADDRESS --port PORT");

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ errors: [{ code, message }] }));
}

function answer(response: ServerResponse, file: string, digest: string, type: string, withBody: boolean): void {
  response.writeHead(200, { "content-type": type, "content-length": statSync(file).size, "docker-content-digest": digest });
  if (withBody) createReadStream(file).pipe(response);
  else response.end();
}

/** The digest that is asked for; undefined if it is not in the store. */
function digestOf(name: string, asked: string, registry: string): string | undefined {
  const digest = /^sha256:[0-9a-f]{64}$/.test(asked) ? asked : references(path.resolve(store ?? ""))[`${registry}/${name}:${asked}`];
  return digest !== undefined && statSync(blobFile(store ?? "", digest), { throwIfNoEntry: false }) !== undefined ? digest : undefined;
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? "/", "http://pull.invalid");
  if (request.method !== "GET" && request.method !== "HEAD") return refuse(response, 405, "UNSUPPORTED", "this registry can only be read");
  if (url.pathname === "/v2/" || url.pathname === "/v2") return void response.writeHead(200, { "content-type": "application/json" }).end("{}");
  const [, name = "", kind, asked = ""] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(url.pathname) ?? [];
  const digest = digestOf(name, asked, url.searchParams.get("ns") ?? "docker.io");
  if (digest === undefined) return refuse(response, 404, kind === "blobs" ? "BLOB_UNKNOWN" : "MANIFEST_UNKNOWN", `there is no ${name}:${asked}; there are ${Object.keys(references(store)).join(", ")}`);
  return answer(response, blobFile(store, digest), digest, kind === "blobs" ? "application/octet-stream" : manifestType, request.method === "GET");
});
server.listen(Number(port), host);
