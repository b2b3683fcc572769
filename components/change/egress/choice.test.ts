import { describe, expect, test } from "vitest";
import type { EgressEntry, EgressSeen } from "#lib/policy/egress.ts";
import { flip, hostsOf, PROPOSED, rowsOf, wrongEntry } from "./choice.ts";
import { sayRate } from "./words.ts";

const seen = (host: string, more: Partial<EgressSeen> = {}): EgressSeen => ({
  ...{ host, clients: ["web"], seen: "hour", requests: 2, connections: null, ...more },
});
const entry = (name: string, proposed: boolean, list: readonly EgressSeen[] = []): EgressEntry => ({
  ...{ entry: name, kind: "service", proposed, why: "It was called.", seen: list, others: [] },
});
const ENTRIES = [
  entry("./*", true, [seen("a.shop.svc.cluster.local")]),
  entry("bank/ledger.bank.svc.cluster.local", true, [seen("ledger.bank.svc.cluster.local")]),
  entry("bank/audit.bank.svc.cluster.local", false),
  entry("mail/*", true),
];

describe("which entries are chosen", () => {
  test("what is proposed, but for what was ticked otherwise", () => {
    expect(hostsOf(rowsOf(ENTRIES, PROPOSED))).toEqual(["./*", "bank/ledger.bank.svc.cluster.local", "mail/*"]);
    const choice = flip(flip(PROPOSED, "./*"), "bank/audit.bank.svc.cluster.local");
    expect(hostsOf(rowsOf(ENTRIES, choice))).toEqual([
      ...["bank/ledger.bank.svc.cluster.local", "bank/audit.bank.svc.cluster.local", "mail/*"],
    ]);
    expect(hostsOf(rowsOf(ENTRIES, flip(choice, "./*")))).toContain("./*");
  });

  test("one a namespace covers all of it that was seen", () => {
    const rows = rowsOf(ENTRIES, { ...PROPOSED, whole: true });
    expect(hostsOf(rows)).toEqual(["./*", "bank/*", "mail/*"]);
    expect(rows[1]?.seen.map(({ host }) => host)).toEqual(["ledger.bank.svc.cluster.local"]);
  });

  test("what is added stands at the end, and goes when it is ticked off", () => {
    const choice = { ...PROPOSED, added: ["x/*"] };
    expect(hostsOf(rowsOf(ENTRIES, choice)).at(-1)).toBe("x/*");
    expect(hostsOf(rowsOf(ENTRIES, flip(choice, "x/*")))).not.toContain("x/*");
  });
});

test.each([
  ["bank/*", true],
  ["./*", true],
  ["*/*", true],
  ["edge/*.example.com", true],
  ["bank/ledger.bank.svc.cluster.local", true],
  ["ledger", false],
  ["bank/", false],
  ["a/b/c", false],
  ["Bank/*", false],
  ["bank/<script>", false],
])("an entry that is typed: %s", (text, good) => {
  expect(wrongEntry(text) === null).toBe(good);
});

test("requests and connections are never added, and none in the window is no rate", () => {
  const both = [seen("a"), seen("b", { requests: null, connections: 3 })];
  expect(sayRate(both, "1h")).toBe("2 req/s · 3 conn/s");
  expect(sayRate([seen("a", { seen: "week", requests: null })], "1h")).toBe("none in the last 1 h, seen within 7 days");
  expect(sayRate([], "1h")).toBe("not seen");
});

test("where no calls could be read, nothing is told as not seen", () => {
  expect(sayRate([], null)).toBe("no data");
});
