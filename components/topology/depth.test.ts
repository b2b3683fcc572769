import { describe, expect, it } from "vitest";
import { readUrl } from "#components/shell/url-state.ts";
import { boxAround, deeper } from "./depth.ts";

const SHOP = "west/shop/namespace/shop";
const go = (query: string, id: string, drawn: "workloads" | "groups", isBox: boolean) =>
  deeper(readUrl(new URLSearchParams(query)), id, drawn, isBox);

describe("a double press", () => {
  it.each([
    ["closes a box", "", SHOP, "workloads", true, { view: { fold: ["shop"] } }],
    ["opens what was closed", "fold=shop", SHOP, "workloads", false, { view: { fold: [] } }],
    ["opens a group among groups", "", SHOP, "groups", false, { view: { fold: ["-shop"] } }],
    ["closes it again", "fold=-shop", SHOP, "groups", true, { view: { fold: [] } }],
    ["closes a cluster's box", "", "west/-/cluster/west", "workloads", true, { view: { fold: ["cluster:west"] } }],
    [
      "closes an app's box",
      "boxes=app",
      "west/shop/app/cart",
      "workloads",
      true,
      { view: { fold: ["app:shop/cart"] } },
    ],
    [
      "goes into a cluster",
      "lens=cluster",
      "west/-/cluster/west",
      "workloads",
      false,
      { view: { clusters: ["west"], lens: "namespace" }, selected: null },
    ],
    [
      "goes into a namespace",
      "lens=namespace",
      SHOP,
      "workloads",
      false,
      { view: { namespaces: ["shop"], lens: "workload" }, selected: null },
    ],
    ["leaves a workload to be looked at", "", "west/shop/workload/cart", "workloads", false, null],
    ["leaves an app of the app lens", "lens=app", "west/shop/app/cart", "workloads", false, null],
  ] as const)("%s", (_, query, id, drawn, isBox, expected) => expect(go(query, id, drawn, isBox)).toEqual(expected));
});

it.each([
  ["west/shop/workload/cart", SHOP],
  ["west/unknown/external/bank.example", null],
  [SHOP, null],
])("around %s is %s", (id, box) => expect(boxAround(id)).toBe(box));
