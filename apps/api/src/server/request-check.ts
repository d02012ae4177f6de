import type { IncomingHttpHeaders } from "node:http";
import type { SluiceErrorView } from "../sluice-error.ts";
import { isLoopback } from "./listen-address.ts";

export interface Refusal extends SluiceErrorView {
  status: number;
}

/**
 * Why a request must not be served, or undefined. A page elsewhere must neither reach us by a name that resolves to
 * loopback (DNS rebinding: Host gives it away) nor use the browser of somebody who runs the console (Origin and
 * Sec-Fetch-Site give it away; a JSON body can't be sent across origins without a preflight, which we don't answer).
 */
export function checkRequest(method: string, headers: IncomingHttpHeaders): Refusal | undefined {
  const host = hostName(headers.host);
  if (host === undefined || !isLoopback(host)) {
    return { status: 421, code: "HostNotAllowed", field: "Host", message: `Host "${headers.host ?? ""}" is not a loopback name`, remedy: "use http://127.0.0.1 or http://localhost" };
  }
  const { origin } = headers;
  if (origin !== undefined && !isLoopbackOrigin(origin)) {
    return { status: 403, code: "OriginNotAllowed", field: "Origin", message: `requests from pages of "${origin}" are refused`, remedy: "open the console on this machine" };
  }
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    return { status: 403, code: "CrossSite", field: "Sec-Fetch-Site", message: `${String(site)} requests are refused`, remedy: "open the console on this machine" };
  }
  if (method === "POST" && mediaType(headers["content-type"]) !== "application/json") {
    return { status: 415, code: "ContentTypeNotAllowed", field: "Content-Type", message: "the body must be application/json", remedy: "send Content-Type: application/json" };
  }
  if (method !== "GET" && method !== "HEAD" && method !== "POST") {
    return { status: 405, code: "MethodNotAllowed", message: `${method} is not served`, remedy: "use GET or POST" };
  }
  return undefined;
}

function hostName(host: string | undefined): string | undefined {
  return host === undefined ? undefined : /^(\[[0-9a-fA-F:]+\]|[^:[\]@/\s]+)(?::\d{1,5})?$/.exec(host)?.[1];
}

function isLoopbackOrigin(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, hostname } = new URL(origin);
  return (protocol === "http:" || protocol === "https:") && isLoopback(hostname);
}

function mediaType(contentType: string | undefined): string | undefined {
  return contentType?.split(";")[0]?.trim().toLowerCase();
}
