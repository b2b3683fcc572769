/** Request headers that mean something inside the process: a client's must never get there. */
import type { IncomingMessage } from "node:http";

/**
 * Ours, Next's internal ones (some of them skip or redirect routing), the policy header Next takes its nonce from, and
 * what proxies say about the client: our links come from server.publicUrl, so nothing reads the latter.
 */
const INTERNAL =
  /^(?:x-meshscope-|x-middleware-|x-invoke-|x-nextjs-|x-next-|x-matched-path$|x-now-|x-prerender-|x-vercel-|x-forwarded-|forwarded$|x-original-|x-rewrite-|x-nonce$|x-request-id$|content-security-policy)/;

/** Takes them out, in every form Node keeps headers in. */
export function dropInternalHeaders(request: IncomingMessage): void {
  for (const name of Object.keys(request.headers)) if (INTERNAL.test(name)) delete request.headers[name];
  const raw: string[] = [];
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    const [name = "", value = ""] = request.rawHeaders.slice(index, index + 2);
    if (!INTERNAL.test(name.toLowerCase())) raw.push(name, value);
  }
  request.rawHeaders = raw;
}

/** How often a header was sent; Node keeps only the first Host. */
export function countHeader(request: IncomingMessage, name: string): number {
  let count = 0;
  for (let index = 0; index < request.rawHeaders.length; index += 2)
    if (request.rawHeaders[index]?.toLowerCase() === name) count += 1;
  return count;
}
