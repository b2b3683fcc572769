/**
 * The build's own files, as the build compressed them (scripts/steps/compress.ts). Their names change with their content, so they
 * are kept for good. Pages and our API aren't compressed: what is secret in them could be guessed from lengths (BREACH), and
 * streams would wait for their buffers.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import sirv from "sirv";

const PREFIX = "/_next/static";
const FOR_GOOD_S = 365 * 24 * 60 * 60;

/** Answers what it has, and calls `next` for everything else. */
export type Assets = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** Lists the files of a build's `static` folder once; they don't change under a running server. */
export function serveAssets(folder: string): Assets {
  const serve = sirv(folder, { brotli: true, gzip: true, etag: true, immutable: true, maxAge: FOR_GOOD_S });
  return (request, response, next) => {
    const { url, method } = request;
    if (url?.startsWith(`${PREFIX}/`) !== true || (method !== "GET" && method !== "HEAD")) {
      next();
      return;
    }
    request.url = url.slice(PREFIX.length);
    serve(request, response, () => {
      request.url = url;
      next();
    });
  };
}
