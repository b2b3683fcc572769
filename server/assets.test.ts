import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { request as ask, createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Assets, readAssets } from "./assets.ts";

const TEXT = "console.log('a worker');\n".repeat(400);
const CHUNK = "/_next/static/chunks/[id]/a-1.js";
const URL_OF_CHUNK = CHUNK.replace("[id]", "%5Bid%5D");

let folder = "";
let assets: Assets;
let server: Server;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "meshscope-assets-"));
  await mkdir(join(folder, "chunks", "[id]"), { recursive: true });
  const chunk = join(folder, "chunks", "[id]", "a-1.js");
  await writeFile(chunk, TEXT);
  await writeFile(`${chunk}.br`, brotliCompressSync(TEXT));
  await writeFile(`${chunk}.gz`, gzipSync(TEXT));
  await writeFile(join(folder, "small.js"), "1");
  await writeFile(join(folder, "font.woff2"), TEXT);
  assets = await readAssets(folder);
  server = createServer((request, response) => {
    if (!assets(request, response)) response.end("by next");
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
    ["br, gzip", "br"],
    ["gzip, deflate, br, zstd", "br"],
    ["gzip, deflate", "gzip"],
    ["br;q=0.1, gzip", "gzip"],
    ["br;q=0, gzip;q=0.5", "gzip"],
    ["*", "br"],
    ["GZIP", "gzip"],
  ])("asked for with '%s' comes as %s", async (accepted, coding) => {
    const { status, headers, body } = await get(`${URL_OF_CHUNK}?dpl=1`, { "accept-encoding": accepted });
    expect([status, headers["content-encoding"], headers.vary]).toEqual([200, coding, "Accept-Encoding"]);
    expect(headers["content-type"]).toBe("application/javascript; charset=UTF-8");
    expect(headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    expect([Number(headers["content-length"]), body.length < TEXT.length / 5]).toEqual([body.length, true]);
    expect((coding === "br" ? brotliDecompressSync(body) : gunzipSync(body)).toString()).toBe(TEXT);
  });

  test.each(["", "identity", "zstd", "br;q=0, gzip;q=0", "identity, br;q=0.5", "br;q=x"])(
    "asked for with '%s' is Next's to send, and varies all the same",
    async (accepted) => {
      const { headers, body } = await get(URL_OF_CHUNK, { "accept-encoding": accepted });
      expect([body.toString(), headers["content-encoding"], headers.vary]).toEqual([
        "by next",
        undefined,
        "Accept-Encoding",
      ]);
    },
  );

  test("has a tag for each coding, and isn't sent again to who has it", async () => {
    const [br, gzip] = await Promise.all(
      ["br", "gzip"].map((coding) => get(URL_OF_CHUNK, { "accept-encoding": coding })),
    );
    const tag = br?.headers.etag ?? "";
    expect(tag).toMatch(/^"[\w-]{22}"$/);
    expect(gzip?.headers.etag).not.toBe(tag);
    for (const known of [tag, `"x", W/${tag}`, "*"]) {
      const { status, headers, body } = await get(URL_OF_CHUNK, { "accept-encoding": "br", "if-none-match": known });
      expect([status, headers.etag, headers.vary, body.length]).toEqual([304, tag, "Accept-Encoding", 0]);
    }
    const other = await get(URL_OF_CHUNK, { "accept-encoding": "gzip", "if-none-match": tag });
    expect(other.status).toBe(200);
  });

  test("is told of without its body", async () => {
    const { status, headers, body } = await get(URL_OF_CHUNK, { "accept-encoding": "br" }, "HEAD");
    expect([status, headers["content-encoding"], body.length]).toEqual([200, "br", 0]);
    expect(Number(headers["content-length"])).toBeGreaterThan(0);
  });
});

test.each([
  ["a part of it", URL_OF_CHUNK, { range: "bytes=0-5" }, "GET"],
  ["what wants to change it", URL_OF_CHUNK, {}, "POST"],
  ["a small text", "/_next/static/small.js", {}, "GET"],
  ["a font", "/_next/static/font.woff2", {}, "GET"],
  ["the compressed file itself", `${URL_OF_CHUNK}.br`, {}, "GET"],
  ["what lies outside", "/_next/static/../static/chunks/[id]/a-1.js", {}, "GET"],
  ["a page", "/topology", {}, "GET"],
])("%s is Next's to answer", async (_, path, headers, method) => {
  const { body, headers: answered } = await get(path, { "accept-encoding": "br", ...headers }, method);
  expect([body.toString(), answered["content-encoding"]]).toEqual(["by next", undefined]);
});

test("a build without compressed files is Next's to serve", async () => {
  assets = await readAssets(join(folder, "nowhere"));
  expect((await get(URL_OF_CHUNK, { "accept-encoding": "br" })).body.toString()).toBe("by next");
});
