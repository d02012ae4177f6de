import { request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { request as httpsRequest } from "node:https";
import { pipeline } from "node:stream";
import type { Loopback } from "../../network/loopback.ts";
import { openConnection } from "../../network/open-connection.ts";
import { ApiFailure } from "../api-failure.ts";
import { sendJson } from "./send-json.ts";

/** Where a request goes on to. */
export interface ForwardTarget {
  tls: boolean;
  host: string;
  port: number;
  /** Path and query. */
  path: string;
  headers: Record<string, string>;
  loopback: Loopback;
  /** What is at the other end, for messages. */
  what: string;
  /** Answers of 400 and above are plain text, and go on as a Status that says it (`registry/generic/rest/response_checker.go`). */
  refusesInText?: boolean;
}

/** Characters of a refusal that are told. */
const refusalMax = 10_240;

const HOP_BY_HOP = new Set(["connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade", "host", "authorization"]);

/** End-to-end headers of the client's request: never its credentials. */
export function forwardedHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && !HOP_BY_HOP.has(name)) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return headers;
}

async function refuse(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = "";
  try {
    for await (const chunk of answer.setEncoding("utf8")) text = `${text}${chunk as string}`.slice(0, refusalMax);
  } catch {
    // What came of it is told.
  }
  const code = answer.statusCode ?? 502;
  const failure = code === 400 ? ApiFailure.badRequest(text.trim()) : new ApiFailure(code, code === 404 ? "NotFound" : "InternalError", text.trim());
  sendJson(response, failure.code, failure.toStatus());
}

/** Streams a request to a kubelet or a pod and its answer back, unbuffered; either side's end ends the other. */
export function forwardRequest(request: IncomingMessage, response: ServerResponse, target: ForwardTarget): void {
  const send = target.tls ? httpsRequest : httpRequest;
  const outgoing = send({
    host: target.host,
    port: target.port,
    method: request.method,
    path: target.path,
    headers: target.headers,
    // The kubelet's certificate is its own; the bearer token and loopback are the trust here.
    createConnection: () => openConnection(target.loopback, target),
  });
  outgoing.on("response", (answer) => {
    if (target.refusesInText === true && (answer.statusCode ?? 502) >= 400) {
      void refuse(answer, response);
      return;
    }
    const headers = Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !HOP_BY_HOP.has(name)));
    response.writeHead(answer.statusCode ?? 502, headers);
    response.flushHeaders();
    response.socket?.setNoDelay(true);
    // pipeline destroys both ends when one breaks: a cut answer must not look whole.
    pipeline(answer, response, () => {});
  });
  outgoing.on("error", (error) => {
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    const failure = new ApiFailure(503, "ServiceUnavailable", `error trying to reach ${target.what}: ${error.message}`);
    sendJson(response, failure.code, failure.toStatus());
  });
  response.on("close", () => outgoing.destroy());
  pipeline(request, outgoing, () => {});
}
