import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { unpackArchive } from "./archive.ts";

const dir = mkdtempSync(join(tmpdir(), "meshscope-archive-"));
let server: Server;
let base = "";
let sha256 = "";

beforeAll(async () => {
  mkdirSync(join(dir, "made", "tool-1.0"), { recursive: true });
  writeFileSync(join(dir, "made", "tool-1.0", "tool"), "the tool");
  writeFileSync(join(dir, "made", "tool-1.0", "LICENSE"), "not asked for");
  execFileSync("tar", ["-czf", join(dir, "tool.tar.gz"), "-C", join(dir, "made"), "tool-1.0"]);
  const bytes = readFileSync(join(dir, "tool.tar.gz"));
  sha256 = createHash("sha256").update(bytes).digest("hex");
  server = createServer((request, response) => {
    response.statusCode = request.url === "/tool.tar.gz" ? 200 : 404;
    response.end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
  rmSync(dir, { recursive: true });
});

function target(name: string): string {
  mkdirSync(join(dir, name));
  return join(dir, name);
}

test("the named members, and nothing else, are unpacked", async () => {
  const folder = target("good");
  await unpackArchive({ url: `${base}/tool.tar.gz`, sha256, members: ["tool-1.0/tool"] }, folder);
  expect(readdirSync(folder)).toEqual(["tool"]);
  expect(readFileSync(join(folder, "tool"), "utf8")).toBe("the tool");
});

test("another checksum is refused before anything is unpacked", async () => {
  const folder = target("tampered");
  const archive = { url: `${base}/tool.tar.gz`, sha256: "0".repeat(64), members: ["tool-1.0/tool"] };
  await expect(unpackArchive(archive, folder)).rejects.toThrow(/not the pinned/);
  expect(readdirSync(folder)).toEqual([]);
});

test("a missing release names its address", async () => {
  const archive = { url: `${base}/gone.tar.gz`, sha256, members: ["tool-1.0/tool"] };
  await expect(unpackArchive(archive, target("gone"))).rejects.toThrow(`${base}/gone.tar.gz answered 404`);
});
