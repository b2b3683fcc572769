import { describe, expect, it } from "vitest";
import type { ChangeRecord } from "#lib/api/policies.ts";
import {
  changeRows,
  patchChangesState,
  readChangesState,
  sourceChoices,
  sourceName,
  takeBackClusters,
} from "./rows.ts";

const object = (name: string, cluster = "west-1") => ({
  ...{ cluster, group: "networking.istio.io", version: "v1", kind: "VirtualService", namespace: "shop", name },
});
const record = (id: string, when: string, more: Partial<ChangeRecord> = {}): ChangeRecord => ({
  ...{ id, when, object: object(id), who: "ana", source: "meshscope", op: "update", revertable: true },
  ...more,
});
const theirs = { source: "other", revertable: false, op: null } as const;
const all = [
  record("b", "2026-08-20T14:00:00Z", { planId: "p1", note: "shift" }),
  record("a", "2026-08-20T14:00:00Z", { planId: "p1", note: "shift" }),
  record("k", "2026-08-20T13:00:00Z", { ...theirs, who: "kubectl-edit" }),
  record("o", "2026-08-19T13:00:00Z", { ...theirs, who: "homemade" }),
];
const day = (when: string) => when.slice(0, 10);
const none = { text: "", sources: [] };
const keys = (state: Partial<typeof none>) =>
  changeRows(all, { ...none, ...state }, day).map((row) =>
    row.type === "day" ? row.day : row.records.map(({ id }) => id).join("+"),
  );

describe("changes", () => {
  it("stand newest first, a plan's together, under their day", () => {
    expect(keys({})).toEqual(["2026-08-20", "a+b", "k", "2026-08-19", "o"]);
  });

  it.each([
    [{ text: "SHIFT shop/a" }, ["2026-08-20", "a"]],
    [{ text: "kubectl" }, ["2026-08-20", "k"]],
    [{ text: "ana" }, ["2026-08-20", "a+b"]],
    [{ text: "nobody" }, []],
    [{ sources: ["homemade"] }, ["2026-08-19", "o"]],
    [{ sources: ["Meshscope", "kubectl"] }, ["2026-08-20", "a+b", "k"]],
  ])("are filtered by %j", (state, rows) => {
    expect(keys(state as Partial<typeof none>)).toEqual(rows);
  });

  it("say where they came from", () => {
    expect(all.map(sourceName)).toEqual(["Meshscope", "Meshscope", "kubectl", "homemade"]);
    expect(sourceName({ source: "other", who: null })).toBe("not said");
    expect(sourceName({ source: "other", who: "argocd-controller" })).toBe("Argo CD");
    expect(sourceChoices(all, ["Flux"])).toEqual([
      { value: "Flux", note: "0" },
      { value: "Meshscope", note: "2" },
      { value: "kubectl", note: "1" },
      { value: "homemade", note: "1" },
    ]);
  });

  it("can be taken back at once where the console made them lately", () => {
    const now = Date.parse("2026-08-20T14:20:00Z") / 1000;
    const elsewhere = record("x", "2026-08-20T14:10:00Z", { object: object("x", "east-1") });
    expect(takeBackClusters([...all, elsewhere], now, 1800)).toEqual(["east-1", "west-1"]);
    expect(takeBackClusters([record("f", "2026-08-20T14:10:00Z", { revertable: false })], now, 1800)).toEqual([]);
    expect(takeBackClusters(all, now + 1800, 1800)).toEqual([]);
  });
});

it("the address keeps the filter, and everybody else's keys", () => {
  const params = patchChangesState(new URLSearchParams("namespaces=shop&q=old"), { text: "new", sources: ["kubectl"] });
  expect(params.toString()).toBe("namespaces=shop&q=new&sources=kubectl");
  expect(readChangesState(params)).toEqual({ text: "new", sources: ["kubectl"] });
  expect(patchChangesState(params, { text: "", sources: [] }).toString()).toBe("namespaces=shop");
});
