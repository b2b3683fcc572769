import { Readable } from "node:stream";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { BodyError, readBody, readParts } from "./body.ts";

const stream = (...chunks: Buffer[]): Readable => Readable.from(chunks, { objectMode: false });
const problem = async (run: Promise<string>): Promise<string> =>
  run.then(
    () => "none",
    (thrown: unknown) => (thrown instanceof BodyError ? thrown.problem : String(thrown)),
  );
const text = "ü😀".repeat(100);
const bytes = Buffer.from(text);

test("a body in one piece, in many, compressed, empty", async () => {
  expect(await readBody(stream(bytes), undefined, 1000)).toBe(text);
  expect(await readBody(stream(...Array.from(bytes, (byte) => Buffer.of(byte))), "identity", 1000)).toBe(text);
  expect(await readBody(stream(gzipSync(bytes)), " GZIP ", 1000)).toBe(text);
  expect(await readBody(stream(), undefined, 0)).toBe("");
});

test("the limit is on decoded bytes, and met exactly", async () => {
  expect(await problem(readBody(stream(bytes), undefined, bytes.length))).toBe("none");
  expect(await problem(readBody(stream(bytes), undefined, bytes.length - 1))).toBe("too-large");
  expect(await problem(readBody(stream(gzipSync(bytes)), "gzip", bytes.length))).toBe("none");
  expect(await problem(readBody(stream(gzipSync(bytes)), "gzip", bytes.length - 1))).toBe("too-large");
});

test("what isn't read to its end is destroyed", async () => {
  for (const [encoding, chunk] of [
    [undefined, Buffer.alloc(5000)],
    ["gzip", gzipSync(Buffer.alloc(5_000_000))],
    ["br", brotliCompressSync("x")],
    ["gzip, gzip", gzipSync(gzipSync("x"))],
  ] as const) {
    const endless = new Readable({
      read() {
        this.push(chunk);
      },
    });
    expect(await problem(readBody(endless, encoding, 1000))).toBe(
      encoding === undefined || encoding === "gzip" ? "too-large" : "encoding",
    );
    expect(endless.destroyed).toBe(true);
  }
});

test("gzip that is cut or never was one", async () => {
  const zipped = gzipSync(bytes);
  expect(await problem(readBody(stream(zipped.subarray(0, zipped.length - 9)), "gzip", 1000))).toBe("broken");
  expect(await problem(readBody(stream(Buffer.from("<html>")), "gzip", 1000))).toBe("broken");
});

test("a connection's own error is passed on as it is", async () => {
  for (const encoding of [undefined, "gzip"]) {
    const failing = new Readable({
      read() {
        this.destroy(new Error("reset"));
      },
    });
    await expect(readBody(failing, encoding, 1000)).rejects.toThrow("reset");
  }
});

describe("part by part", () => {
  test("characters that chunks cut are whole, and the limit holds", async () => {
    for (const [encoding, body] of [
      [undefined, bytes],
      ["gzip", gzipSync(bytes)],
    ] as const) {
      const parts: string[] = [];
      const chunks = Array.from(body, (byte) => Buffer.of(byte));
      expect(await readParts(stream(...chunks), encoding, 1000, (part) => parts.push(part) > 0)).toBe(true);
      expect(parts.join("")).toBe(text);
      await expect(readParts(stream(...chunks), encoding, 10, () => true)).rejects.toMatchObject({
        problem: "too-large",
      });
    }
  });

  test.each<[string, () => boolean, unknown]>([
    ["has enough", () => false, false],
    [
      "refuses",
      () => {
        throw new Error("no");
      },
      "no",
    ],
  ])("whoever %s ends the stream", async (_, take, outcome) => {
    for (const [encoding, chunk] of [
      [undefined, Buffer.alloc(5000)],
      ["gzip", gzipSync(Buffer.alloc(5_000_000))],
    ] as const) {
      const endless = new Readable({
        read() {
          this.push(chunk);
        },
      });
      const read = readParts(endless, encoding, Number.MAX_SAFE_INTEGER, take);
      expect(await read.catch((thrown: unknown) => (thrown instanceof Error ? thrown.message : thrown))).toBe(outcome);
      expect(endless.destroyed).toBe(true);
    }
  });
});
