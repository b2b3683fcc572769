import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

interface Row {
  readonly line: number;
  readonly feature: string;
  readonly state: string;
  readonly claim: string;
}

const root = new URL("../", import.meta.url);
const text = readFileSync(new URL("parity.md", import.meta.url), "utf8");

const rows: Row[] = text.split("\n").flatMap((raw, index) => {
  const cells = raw.split("|").map((cell) => cell.trim());
  if (cells.length !== 7 || cells[1] === "Peer" || /^-+$/.test(cells[1] ?? "")) return [];
  return [{ line: index + 1, feature: cells[2] ?? "", state: cells[4] ?? "", claim: cells[5] ?? "" }];
});

/** Why a row's claim isn't proven, or null. */
function fault(row: Row): string | null {
  if (row.state === "planned") return row.claim === "" ? null : "a planned row names a test";
  if (row.state !== "yes" && row.state !== "partly") return `unknown state ${row.state}`;
  const [file, title] = row.claim.split("›").map((part) => part.trim());
  if (!file || !title) return "claims without a test (file › title)";
  const path = fileURLToPath(new URL(file, root));
  if (!existsSync(path)) return `no such file: ${file}`;
  return readFileSync(path, "utf8").includes(title) ? null : `${file} has no test titled '${title}'`;
}

describe("docs/parity.md", () => {
  test("has a row for every feature read", () => expect(rows.length).toBeGreaterThan(250));

  test("claims nothing without a test", () => {
    const faults = rows.flatMap((row) => {
      const why = fault(row);
      return why === null ? [] : [`line ${row.line} (${row.feature}): ${why}`];
    });
    expect(faults).toEqual([]);
  });

  test("refuses a claim whose test doesn't exist", () => {
    const made = { line: 1, feature: "x", state: "yes" };
    expect(fault({ ...made, claim: "" })).toMatch(/without a test/);
    expect(fault({ ...made, claim: "lib/nowhere.test.ts › x" })).toMatch(/no such file/);
    expect(fault({ ...made, claim: "docs/parity.test.ts › never written" + " here" })).toMatch(/no test titled/);
  });
});
