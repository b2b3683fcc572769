/**
 * The build's own files as the build compressed them. Their names change with their content, so they are kept for good; what
 * else is asked for, and who takes no compressed answer, is Next's to serve. Pages and our API aren't compressed: what is secret in
 * them could be guessed from lengths (BREACH), and streams would wait for their buffers.
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join, relative, sep } from "node:path";

const PREFIX = "/_next/static/";
const TYPES: Readonly<Record<string, string>> = {
  ".js": "application/javascript; charset=UTF-8",
  ".css": "text/css; charset=UTF-8",
  ".svg": "image/svg+xml",
  ".json": "application/json; charset=UTF-8",
  ".txt": "text/plain; charset=UTF-8",
};
/** In the order of preference. */
const CODINGS = [
  { coding: "br", suffix: ".br" },
  { coding: "gzip", suffix: ".gz" },
] as const;

interface Packed {
  readonly body: Buffer;
  readonly etag: string;
}

interface Asset {
  readonly type: string;
  /** By coding. */
  readonly packed: ReadonlyMap<string, Packed>;
}

/** Answers what it has; false: it has said nothing. */
export type Assets = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Reads all compressed files of a build's `static` folder into memory; of one that has none it serves nothing. */
export async function readAssets(folder: string): Promise<Assets> {
  const found = new Map<string, { readonly type: string; readonly packed: Map<string, Packed> }>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const { suffix, coding } of CODINGS) {
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name);
      const name = relative(folder, path).split(sep).map(encodeURIComponent).join("/").slice(0, -suffix.length);
      const type = TYPES[extname(name)];
      if (!entry.isFile() || !path.endsWith(suffix) || type === undefined) continue;
      const body = await readFile(path);
      const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
      const asset = found.get(`${PREFIX}${name}`) ?? { type, packed: new Map<string, Packed>() };
      asset.packed.set(coding, { body, etag });
      found.set(`${PREFIX}${name}`, asset);
    }
  }
  return (request, response) => serve(found.get((request.url ?? "").split("?", 1)[0] ?? ""), request, response);
}

function serve(asset: Asset | undefined, request: IncomingMessage, response: ServerResponse): boolean {
  if (asset === undefined || (request.method !== "GET" && request.method !== "HEAD")) return false;
  // Also of the plain answer, so that a cache between us and a browser keeps them apart.
  response.setHeader("vary", "Accept-Encoding");
  const coding = codingFor(request.headers["accept-encoding"], asset.packed);
  const packed = coding === null ? undefined : asset.packed.get(coding);
  // A part of a file is a part of the plain one.
  if (coding === null || packed === undefined || request.headers.range !== undefined) return false;
  response.setHeader("etag", packed.etag);
  response.setHeader("cache-control", "public, max-age=31536000, immutable");
  if (hasAlready(request.headers["if-none-match"], packed.etag)) {
    response.writeHead(304).end();
    return true;
  }
  response.writeHead(200, {
    "content-type": asset.type,
    "content-encoding": coding,
    "content-length": packed.body.length,
  });
  response.end(request.method === "HEAD" ? undefined : packed.body);
  return true;
}

/** https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3 */
function codingFor(accepted: string | string[] | undefined, packed: Asset["packed"]): string | null {
  const weights = new Map<string, number>();
  for (const each of String(accepted ?? "").split(",")) {
    const [name = "", ...parameters] = each.split(";").map((part) => part.trim().toLowerCase());
    const q = parameters.find((parameter) => parameter.startsWith("q="));
    const weight = q === undefined ? 1 : Number(q.slice(2));
    if (name !== "") weights.set(name, Number.isFinite(weight) ? weight : 0);
  }
  const weightOf = (coding: string): number => weights.get(coding) ?? weights.get("*") ?? 0;
  const plain = weights.get("identity") ?? 0;
  const [best] = CODINGS.map(({ coding }) => coding)
    .filter((coding) => packed.has(coding) && weightOf(coding) > 0 && weightOf(coding) >= plain)
    .sort((a, b) => weightOf(b) - weightOf(a));
  return best ?? null;
}

const hasAlready = (known: string | undefined, etag: string): boolean =>
  known !== undefined && known.split(",").some((each) => ["*", etag].includes(each.trim().replace(/^W\//, "")));
