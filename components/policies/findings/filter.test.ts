import { describe, expect, it } from "vitest";
import type { WireFinding } from "#lib/api/findings.ts";
import { codeChoices, patchFilter, readFilter, shownFindings } from "./filter.ts";
import { tally, worst } from "./words.ts";

const finding = (code: string, severity: WireFinding["severity"], name: string): WireFinding => ({
  ...{
    code,
    severity,
    also: ["KIA1101"],
    path: "",
    message: `about ${name}`,
    evidence: [],
    docs: "https://example.com",
  },
  object: { cluster: "west-1", group: "g", version: "v1", kind: "VirtualService", namespace: "shop", name },
  fix: { text: "x", edits: [], manifests: [], deletions: [] },
});
const items = [finding("a-b", "error", "reviews"), finding("c-d", "warning", "ledger"), finding("a-b", "info", "pay")];
const none = { text: "", severities: [], codes: [] };

describe("the findings that are shown", () => {
  it.each([
    ["all", none, ["reviews", "ledger", "pay"]],
    ["by severity", { ...none, severities: ["error", "info"] as const }, ["reviews", "pay"]],
    ["by code", { ...none, codes: ["c-d"] }, ["ledger"]],
    ["by every word, another tool's code too", { ...none, text: "kia1101 LEDG" }, ["ledger"]],
  ])("%s", (_, filter, expected) => {
    expect(shownFindings(items, filter).map(({ object }) => object.name)).toEqual(expected);
  });

  it("are chosen by the address, whose other keys stay", () => {
    const params = new URLSearchParams("namespaces=shop&severities=error,odd&q=a");
    expect(readFilter(params)).toEqual({ text: "a", severities: ["error"], codes: [] });
    expect(patchFilter(params, { text: "", severities: [], codes: ["b", "a"] }).toString()).toBe(
      "namespaces=shop&codes=b%2Ca",
    );
  });

  it("offer their codes, and those that only the address names", () => {
    expect(codeChoices(items, ["gone"])).toEqual([
      { value: "a-b", note: "2" },
      { value: "c-d", note: "1" },
      { value: "gone", note: "0" },
    ]);
  });

  it("are counted by severity", () => {
    expect(tally(items)).toBe("1 error, 1 warning, 1 remark");
    expect([tally([]), worst([]), worst(items.slice(1))]).toEqual(["none", null, "warning"]);
  });
});
