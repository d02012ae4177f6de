import { type NextRequest, NextResponse } from "next/server";
import { apiAddress } from "./api-address.ts";
import { contentSecurityPolicy } from "./content-security-policy.ts";
import { gateRequest } from "./request-gate.ts";

/** Every request: checked for Host and Origin, `/trpc` handed to the API server, pages given their security headers. */
export function proxy(request: NextRequest): NextResponse {
  const gate = gateRequest({
    method: request.method,
    host: request.headers.get("host"),
    origin: request.headers.get("origin"),
    fetchSite: request.headers.get("sec-fetch-site"),
  });
  if (!gate.ok) return new NextResponse(gate.message, { status: gate.status, headers: { "content-type": "text/plain; charset=utf-8" } });

  const { pathname, search } = request.nextUrl;
  if (pathname === "/trpc" || pathname.startsWith("/trpc/")) {
    // A rewrite in next.config is fixed at build time; the API server's address is known only at run time.
    return NextResponse.rewrite(new URL(pathname + search, apiAddress(process.env)));
  }
  return page(request);
}

function page(request: NextRequest): NextResponse {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64");
  const policy = contentSecurityPolicy(nonce, process.env.NODE_ENV === "development");
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set("content-security-policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  response.headers.set("referrer-policy", "no-referrer");
  response.headers.set("x-content-type-options", "nosniff");
  response.headers.set("x-frame-options", "DENY");
  response.headers.set("cross-origin-opener-policy", "same-origin");
  response.headers.set("permissions-policy", "camera=(), geolocation=(), microphone=()");
  return response;
}

export const config = { matcher: ["/((?!_next/static|_next/image).*)"] };
