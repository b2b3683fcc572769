import { Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatNanoseconds, parseNanoseconds } from "#lib/nanoseconds.ts";
import { decodeLogLine, LONGEST, type LogLine, readLogLines } from "./log-line.ts";

const AT = "2026-11-27T01:02:03.123456789Z";
const bytes = (text: string, encoding: BufferEncoding = "utf8") => Buffer.from(text, encoding);

describe("one line", () => {
  it.each<[string, string, string | null, string]>([
    ["a plain one", `${AT} GET /x 200`, AT, "GET /x 200"],
    ["an empty one", `${AT} `, AT, ""],
    ["a stamp alone", AT, AT, ""],
    ["another zone's stamp", "2026-11-27T02:02:03.5+01:00 x", "2026-11-27T01:02:03.500000000Z", "x"],
    [
      "no stamp",
      "unable to retrieve container logs for containerd://1",
      null,
      "unable to retrieve container logs for containerd://1",
    ],
    ["a stamp that can't be", "2026-99-27T01:02:03.1Z x", null, "2026-99-27T01:02:03.1Z x"],
    ["leading blanks and tabs", `${AT}   at\tmain`, AT, "  at\tmain"],
    ["a carriage return", `${AT} dos\r`, AT, "dos"],
    ["one that writes over itself", `${AT} all is well\rfailed`, AT, "all is well\uFFFDfailed"],
    ["colours", `${AT} \x1b[1;31mred\x1b[0m and \x1b[38;5;196mmore`, AT, "red and more"],
    ["a title of the terminal", `${AT} \x1b]0;evil\x07a\x1b]8;;http://evil\x1b\\b`, AT, "ab"],
    ["an escape that never ends", `${AT} a\x1b]0;gone`, AT, "a"],
    ["a lone escape at the end", `${AT} a\x1b`, AT, "a"],
    ["a device string, and a change of charset", `${AT} a\x1bPq#0\x1b\\b\x1b(0c`, AT, "abc"],
    ["NUL and backspace", `${AT} a\0b\bc`, AT, "a\uFFFDb\uFFFDc"],
    ["a change of direction", `${AT} user\u202Egpj.exe`, AT, "user\uFFFDgpj.exe"],
    ["line separators", `${AT} a\u2028b\u0085c`, AT, "a\uFFFDb\uFFFDc"],
    ["markup", `${AT} <img src=x onerror=alert(1)>`, AT, "<img src=x onerror=alert(1)>"],
    ["joined emoji", `${AT} 👩‍👩‍👧`, AT, "👩‍👩‍👧"],
  ])("%s", (_, line, at, text) => {
    const decoded = decodeLogLine(bytes(line));
    expect([decoded.atNs, decoded.text]).toEqual([at === null ? null : parseNanoseconds(at), text]);
  });

  it("replaces what is no UTF-8", () => {
    expect(decodeLogLine(bytes(`${AT} caf\xe9 \xff`, "latin1")).text).toBe("caf\uFFFD \uFFFD");
  });

  it("takes any bytes, and never answers what acts on a terminal or a page's direction", () => {
    const piece = fc.oneof(
      fc.uint8Array(),
      fc.constantFrom("\x1b[", "\x1b]", "\x1b", "\x07", `${AT} `, "\u202e").map((text) => bytes(text)),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const { text } = decodeLogLine(Buffer.concat(pieces));
        expect(text).not.toMatch(/(?!\t)[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/u);
      }),
      { numRuns: 1000 },
    );
  });

  it("is read in linear time, however hostile", () => {
    const before = performance.now();
    for (const hostile of ["\x1b[", "\x1b]0;", "\x1b[1;", "\x1b(", "\x1bP"])
      decodeLogLine(bytes(hostile.repeat(LONGEST)));
    expect(performance.now() - before).toBeLessThan(2000);
  });
});

describe("a stream of lines", () => {
  const read = async (chunks: readonly Buffer[], limit = 1e9, most = 1e9) => {
    const lines: LogLine[] = [];
    const stream = Readable.from(chunks, { objectMode: false });
    const end = await readLogLines(stream, limit, (line) => lines.push(line) < most);
    return { lines, end, texts: lines.map(({ text }) => text), destroyed: stream.destroyed };
  };

  it("is the same wherever chunks are cut", async () => {
    const stamp = fc.bigInt({ min: 0n, max: 4_000_000_000_000_000_000n }).map(formatNanoseconds);
    const text = fc
      .string({ unit: "grapheme", maxLength: 20 })
      .map((each) => each.replace(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu, ""));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(stamp, text)), fc.integer({ min: 1, max: 9 }), async (written, size) => {
        const all = bytes(written.map(([at, said]) => `${at} ${said}\n`).join(""));
        const chunks = Array.from({ length: Math.ceil(all.length / size) }, (_, i) =>
          all.subarray(i * size, (i + 1) * size),
        );
        const { lines, end } = await read(chunks);
        expect(end).toBe("end");
        expect(lines).toEqual(written.map(([at, said]) => ({ atNs: parseNanoseconds(at), text: said, left: 0 })));
      }),
    );
  });

  it("ends when there is enough, and leaves the connection", async () => {
    const { texts, end, destroyed } = await read([bytes("a\nb\n"), bytes("c\nd\n")], 1e9, 3);
    expect([texts, end, destroyed]).toEqual([["a", "b", "c"], "enough", true]);
  });

  it("cuts a line that is too long, and says by how much", async () => {
    const long = Buffer.alloc(LONGEST + 5000, "x");
    const { lines, end } = await read([long.subarray(0, 7), long.subarray(7), bytes("\nnext\n")]);
    expect(lines.map(({ text, left }) => [text.length, left])).toEqual([
      [LONGEST, 5000],
      [4, 0],
    ]);
    expect(end).toBe("end");
  });

  it.each<[string, number, string[], string]>([
    ["a\nb\nc", 100, ["a", "b", "c"], "end"],
    ["a\nb\nc", 5, ["a", "b"], "bytes"],
    ["a\nb\n", 4, ["a", "b"], "bytes"],
    ["", 100, [], "end"],
    ["a\nb\nc\nd\n", 5, ["a", "b", "c", "d"], "bytes"],
  ])("%j within %i bytes", async (sent, limit, texts, end) => {
    expect(await read([bytes(sent)], limit)).toMatchObject({ texts, end });
  });
});
