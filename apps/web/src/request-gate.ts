import { isLoopbackHostname } from "./loopback.ts";

export interface GateRequest {
  method: string;
  host: string | null;
  origin: string | null;
  fetchSite: string | null;
}

export type GateAnswer = { ok: true } | { ok: false; status: 403 | 421; message: string };

/**
 * Until sign-in exists, the console answers only to pages that it served itself on a loopback name:
 * a foreign Host means DNS rebinding, a foreign Origin a cross-site request.
 */
export function gateRequest(request: GateRequest): GateAnswer {
  const hostname = hostnameOf(request.host);
  if (hostname === null || !isLoopbackHostname(hostname)) {
    return { ok: false, status: 421, message: `Host ${JSON.stringify(request.host ?? "")} is not a loopback name; open the console at http://127.0.0.1 or http://localhost.` };
  }
  if (request.origin !== null && request.origin !== `http://${request.host}` && request.origin !== `https://${request.host}`) {
    return { ok: false, status: 403, message: `Origin ${JSON.stringify(request.origin)} is not this console's own; open the page from the console itself.` };
  }
  const navigates = request.method === "GET" || request.method === "HEAD";
  if (!navigates && request.origin === null && request.fetchSite !== null && request.fetchSite !== "same-origin") {
    return { ok: false, status: 403, message: "Sec-Fetch-Site says that another site made this request." };
  }
  return { ok: true };
}

function hostnameOf(host: string | null): string | null {
  if (host === null || host === "" || /[/@?#\\\s]/.test(host)) return null;
  try {
    return new URL(`http://${host}`).hostname;
  } catch {
    return null;
  }
}
