/**
 * Runs before every page and route: a fresh nonce, and the Content-Security-Policy that names it. Next reads the nonce out
 * of the request's own policy header, so a client's is overwritten here (and dropped by server/ before).
 */
import { type NextRequest, NextResponse } from "next/server";
import { contentSecurityPolicy } from "#lib/server/security-headers.ts";

export function proxy(request: NextRequest): NextResponse {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64");
  const runtime = (globalThis as { [key: symbol]: unknown })[Symbol.for("meshscope")] as
    | { frameAncestors: readonly string[] }
    | undefined;
  const policy = contentSecurityPolicy(nonce, {
    frameAncestors: runtime?.frameAncestors ?? [],
    development: process.env.NODE_ENV === "development",
  });
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set("content-security-policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  return response;
}

export const config = {
  // Build output is the same for everybody and needs no nonce.
  matcher: ["/((?!_next/static/).*)"],
};
