import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { request as ask, createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serveAssets } from "./assets.ts";

const TEXT = "console.log('a worker');\n".repeat(400);
const CHUNK = "/_next/static/chunks/%5Bid%5D/a-1.js";

let folder = "";
let server: Server;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "meshscope-assets-"));
  await mkdir(join(folder, "static", "chunks", "[id]"), { recursive: true });
  const chunk = join(folder, "static", "chunks", "[id]", "a-1.js");
  await writeFile(chunk, TEXT);
  await writeFile(`${chunk}.br`, brotliCompressSync(TEXT));
  await writeFile(`${chunk}.gz`, gzipSync(TEXT));
  await writeFile(join(folder, "secret.js"), "secret");
  const assets = serveAssets(join(folder, "static"));
  server = createServer((request, response) => {
    assets(request, response, () => response.end(`by next: ${request.url}`));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** As it is on the wire: fetch would unpack it. */
function get(path: string, headers: Readonly<Record<string, string>> = {}, method = "GET"): Promise<Answer> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const asked = ask({ host: "127.0.0.1", port, path, method, headers, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) }),
      );
    });
    asked.on("error", reject).end();
  });
}

describe("a text of the build", () => {
  test.each([
    ["gzip, deflate, br, zstd", "br"],
    ["gzip, deflate", "gzip"],
    ["identity", undefined],
    ["", undefined],
  ])("asked for with '%s' comes as %s, to be kept for good", async (accepted, coding) => {
    const { status, headers, body } = await get(`${CHUNK}?dpl=1`, { "accept-encoding": accepted });
    expect([status, headers["content-encoding"], headers.vary]).toEqual([200, coding, "Accept-Encoding"]);
    expect(headers["content-type"]).toMatch(/^text\/javascript/);
    expect(headers["cache-control"]).toBe("public,max-age=31536000,immutable");
    expect(Number(headers["content-length"])).toBe(body.length);
    const text = coding === "br" ? brotliDecompressSync(body) : coding === "gzip" ? gunzipSync(body) : body;
    expect(text.toString()).toBe(TEXT);
  });

  test("isn't sent again to who has it", async () => {
    const { headers } = await get(CHUNK, { "accept-encoding": "br" });
    const again = await get(CHUNK, { "accept-encoding": "br", "if-none-match": headers.etag ?? "" });
    expect([again.status, again.body.length]).toEqual([304, 0]);
    const other = await get(CHUNK, { "accept-encoding": "gzip", "if-none-match": headers.etag ?? "" });
    expect(other.status).toBe(200);
  });
});

test.each([
  ["a page", "/topology", "GET"],
  ["what the build doesn't have", "/_next/static/chunks/b.js", "GET"],
  ["what wants to change a file", CHUNK, "POST"],
  ["what lies outside", "/_next/static/../secret.js", "GET"],
  ["what lies outside, in code", "/_next/static/%2e%2e/secret.js", "GET"],
  ["what is no address", "/_next/static/%ff", "GET"],
])("%s is Next's to answer, under its own address", async (_, path, method) => {
  const { body, headers } = await get(path, { "accept-encoding": "br" }, method);
  expect(body.toString()).toBe(`by next: ${path}`);
  expect(headers["content-encoding"]).toBeUndefined();
});
