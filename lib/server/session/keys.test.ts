import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeTimers } from "../fake-timers.test-support.ts";
import { createKeyRing, keyRing, parseKeys } from "./keys.ts";

const key = () => randomBytes(48).toString("base64");
const bytes = new TextEncoder().encode("kept secret");
const ring = (...lines: string[]) => {
  const keys = parseKeys(lines.join("\n"));
  return keyRing(() => keys);
};

describe("a key ring", () => {
  it("opens what it sealed, for the same purpose only", async () => {
    const mine = ring(key());
    const sealed = await mine.seal("session", bytes);
    expect(sealed).not.toContain(Buffer.from(bytes).toString("base64url"));
    expect(await mine.open("session", sealed)).toEqual(bytes);
    expect(await mine.open("plan", sealed)).toBeNull();
    expect(await ring(key()).open("session", sealed)).toBeNull();
  });

  it("seals with the first key and opens with all: keys are rotated without signing anybody out", async () => {
    const [old, fresh] = [key(), key()];
    const before = await ring(old).seal("session", bytes);
    expect(await ring(fresh, old).open("session", before)).toEqual(bytes);
    const after = await ring(fresh, old).seal("session", bytes);
    expect(await ring(fresh).open("session", after)).toEqual(bytes);
    expect(await ring(old).open("session", after)).toBeNull();
  });

  it("opens nothing in which any character was changed", async () => {
    const mine = ring(key());
    const sealed = await mine.seal("session", bytes);
    for (let place = 0; place < sealed.length; place++) {
      const changed = `${sealed.slice(0, place)}${sealed[place] === "A" ? "Q" : "A"}${sealed.slice(place + 1)}`;
      expect(await mine.open("session", changed), `at ${place}`).toBeNull();
    }
  });

  it.each(["", ".", "....", "a.b.c.d.e", "eyJhbGciOiJub25lIn0....", "x".repeat(100_000), "\u0000"])(
    "takes %j for nothing of ours",
    async (text) => expect(await ring(key()).open("session", text)).toBeNull(),
  );
});

describe("keys", () => {
  it.each([
    ["", "holds no key"],
    ["\n\n", "holds no key"],
    ["not base64!", "line 1 isn't base64"],
    [randomBytes(31).toString("base64"), "line 1 holds 31 bytes"],
    [Buffer.alloc(48, 7).toString("base64"), "line 1 can be guessed"],
    [Buffer.from(Array.from({ length: 48 }, (_, i) => i)).toString("base64"), "line 1 can be guessed"],
    [Buffer.from("change-me-to-a-secret-of-at-least-32-bytes").toString("base64"), "line 1 can be guessed"],
    [`${key()}\n${Buffer.alloc(32).toString("base64")}`, "line 2 can be guessed"],
  ])("refuses %j, naming the setting and nothing of the key", (text, detail) => {
    expect(() => parseKeys(text)).toThrow(
      `auth.sessionKeyFile: ${detail.startsWith("holds") ? "the file " : ""}${detail}`,
    );
    try {
      parseKeys(text);
    } catch (thrown) {
      const longest = text.trim().split("\n").at(-1) ?? "";
      if (longest.length > 8) expect(String(thrown)).not.toContain(longest);
    }
  });

  it("may be URL-safe, with carriage returns and empty lines between them", () => {
    expect(parseKeys(`${randomBytes(32).toString("base64url")}\r\n\r\n${key()}\r\n`)).toHaveLength(2);
  });
});

describe("a key file", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "keys-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const open = async (file: string | null) => {
    const timers = new FakeTimers();
    const warnings: string[] = [];
    const log = { warn: (fields: object, message: string) => warnings.push(`${message} ${JSON.stringify(fields)}`) };
    const stop = new AbortController();
    return { timers, warnings, stop, mine: await createKeyRing(file, { timers, log, signal: stop.signal }) };
  };
  /** Files are read in the machine's own time. */
  const until = async (met: () => Promise<boolean>) => {
    while (!(await met())) await new Promise((resolve) => setImmediate(resolve));
  };

  it("is read again every minute, and one that can't be used changes nothing", async () => {
    const [old, fresh] = [key(), key()];
    const file = join(folder, "key");
    await writeFile(file, `${old}\n`);
    const { timers, warnings, stop, mine } = await open(file);
    const before = await mine.seal("session", bytes);
    await writeFile(file, "short");
    await timers.advance(60_000);
    await until(async () => warnings.length === 1);
    expect(warnings[0]).toContain("auth.sessionKeyFile: line 1 holds");
    expect(await mine.open("session", before)).toEqual(bytes);
    await writeFile(file, `${fresh}\n${old}\n`);
    await timers.advance(60_000);
    await until(async () => (await ring(fresh).open("session", await mine.seal("session", bytes))) !== null);
    expect(await mine.open("session", before)).toEqual(bytes);
    stop.abort();
  });

  it("that isn't there keeps the process from starting", async () => {
    await expect(open(join(folder, "none"))).rejects.toThrow("auth.sessionKeyFile: can't read");
  });

  it("that isn't set is warned of, and no two processes share a key", async () => {
    const [one, other] = [await open(null), await open(null)];
    expect(one.warnings[0]).toContain("sessions end with this process");
    const sealed = await one.mine.seal("session", bytes);
    expect(await one.mine.open("session", sealed)).toEqual(bytes);
    expect(await other.mine.open("session", sealed)).toBeNull();
  });
});
