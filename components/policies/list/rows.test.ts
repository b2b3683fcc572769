import { describe, expect, it } from "vitest";
import type { PolicyItem } from "#lib/api/policies.ts";
import { kindChoices, type ListState, listRows, patchListState, readListState } from "./rows.ts";

function item(kind: string, namespace: string, name: string, more: Partial<PolicyItem> = {}): PolicyItem {
  return {
    object: { cluster: "west-1", group: "networking.istio.io", version: "v1", kind, namespace, name },
    area: kind === "PeerAuthentication" ? "security" : "routing",
    selects: `${name}.${namespace}`,
    managers: [],
    owner: null,
    createdAt: null,
    changedAt: null,
    changedBy: null,
    problem: null,
    findings: null,
    ...more,
  };
}

const finding = {
  ...{
    code: "a-b",
    also: [],
    severity: "error" as const,
    path: "",
    message: "m",
    evidence: [],
    docs: "https://example.com",
  },
  object: { cluster: "west-1", group: "", version: "v1", kind: "VirtualService", namespace: "shop", name: "reviews" },
  fix: { text: "x", edits: [], manifests: [], deletions: [] },
};
const items = [
  item("VirtualService", "shop", "reviews", { changedAt: "2026-08-20T10:00:00Z", findings: [finding] }),
  item("PeerAuthentication", "shop", "default", { changedAt: "2026-08-20T12:00:00Z" }),
  item("VirtualService", "pay", "ledger", { owner: { tool: "argocd", name: "pay", reverts: true } }),
];
const state: ListState = { text: "", kinds: [], sort: "kind", down: false, grouped: false, found: false };
const names = (change: Partial<ListState>) =>
  listRows(items, { ...state, ...change }).map((row) => (row.type === "area" ? row.area : row.item.object.name));

describe("the list's rows", () => {
  it.each([
    ["by kind, then namespace", {}, ["default", "ledger", "reviews"]],
    ["by name", { sort: "name" }, ["default", "ledger", "reviews"]],
    ["by name, downwards", { sort: "name", down: true }, ["reviews", "ledger", "default"]],
    ["by namespace", { sort: "namespace" }, ["ledger", "default", "reviews"]],
    ["by change: the last first, silent ones at the end", { sort: "changed" }, ["default", "reviews", "ledger"]],
    ["every word of the filter somewhere", { text: "SHOP rev" }, ["reviews"]],
    ["the tool's name is text too", { text: "argo" }, ["ledger"]],
    ["worst findings first", { sort: "findings" }, ["reviews", "default", "ledger"]],
    ["those with findings alone", { found: true }, ["reviews"]],
    ["chosen kinds alone", { kinds: ["PeerAuthentication"] }, ["default"]],
    [
      "grouped by area, empty areas left out",
      { grouped: true },
      ["routing", "ledger", "reviews", "security", "default"],
    ],
  ] satisfies [string, Partial<ListState>, string[]][])("%s", (_, change, expected) => {
    expect(names(change)).toEqual(expected);
  });

  it("keeps the address's other keys, and leaves defaults out", () => {
    const params = new URLSearchParams("namespaces=shop&q=a&sort=-name&group=off");
    expect(readListState(params)).toEqual({
      text: "a",
      kinds: [],
      sort: "name",
      down: true,
      grouped: false,
      found: false,
    });
    const patched = patchListState(params, { text: "", sort: "kind", down: false, grouped: true, kinds: ["B", "A"] });
    expect(patched.toString()).toBe("namespaces=shop&kinds=B%2CA");
    expect(readListState(new URLSearchParams("sort=x")).sort).toBe("kind");
  });

  it("offers kinds that only the address names, so that they can be unticked", () => {
    expect(kindChoices(items, ["Gone"])).toContainEqual({ value: "Gone", note: "0" });
  });
});
