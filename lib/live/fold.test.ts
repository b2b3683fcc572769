import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_VIEW } from "#lib/api/view.ts";
import { clusterId, namespaceId, nodeId } from "#lib/graph/id.ts";
import { askedView, folds, sameButFolds } from "./detail.ts";
import { foldWord, refold } from "./fold.ts";

const SHOP = namespaceId("east", "shop");
const EAST = clusterId("east");
const CART = nodeId({ kind: "app", cluster: "east", namespace: "shop", name: "cart" });

it.each([
  [SHOP, "shop"],
  [EAST, "cluster:east"],
  [CART, "app:shop/cart"],
  ["east/shop/app/cart/v1", null],
  ["east/shop/workload/cart", null],
  ["nonsense", null],
])("the word of %s is %s", (id, word) => expect(foldWord(id)).toBe(word));

describe("closing and opening boxes", () => {
  it.each([
    ["closes a namespace", [], SHOP, true, false, ["shop"]],
    ["opens it again", ["pay", "shop"], SHOP, false, false, ["pay"]],
    ["opens a group where all are folded", [], SHOP, false, true, ["-shop"]],
    ["closes that again", ["-pay", "-shop"], SHOP, true, true, ["-pay"]],
    ["closes a cluster among groups", ["-shop"], EAST, true, true, ["-shop", "cluster:east"]],
    ["closes an app", [], CART, true, false, ["app:shop/cart"]],
  ] as const)("%s", (_, fold, id, collapsed, grouped, expected) => {
    expect(refold(fold, id, collapsed, grouped)).toEqual(expected);
  });

  it("what was closed and opened is as it was", () => {
    const some = fc.subarray(["-pay", "-web", "app:shop/x", "cluster:west", "pay"]);
    fc.assert(
      fc.property(some, fc.constantFrom(SHOP, EAST, CART), fc.boolean(), (fold, id, grouped) => {
        const sorted = [...fold].sort();
        const closed = refold(sorted, id, true, grouped) ?? [];
        const opened = refold(closed, id, false, grouped) ?? [];
        expect(refold(opened, id, true, grouped)).toEqual(closed);
      }),
    );
  });
});

describe("what the server is asked", () => {
  const view = { ...DEFAULT_VIEW, fold: ["-shop", "cluster:west"] };
  it("leaves opened groups open, and folds the other namespaces", () => {
    expect(askedView(view, true)).toMatchObject({ lens: "workload", fold: ["*", "-shop", "cluster:west"] });
    expect(askedView({ ...view, fold: ["cluster:west"] }, true)).toMatchObject({ lens: "namespace" });
  });
  it("without groups there is nothing to be left open", () => {
    expect(askedView(view, false).fold).toEqual(["cluster:west"]);
    expect(folds({ ...view, fold: ["-shop"] }, false)).toBe(false);
  });
  it("knows which views differ by boxes alone", () => {
    const groups = askedView(DEFAULT_VIEW, true);
    expect(sameButFolds(groups, askedView(view, true))).toBe(true);
    expect(sameButFolds(DEFAULT_VIEW, { ...DEFAULT_VIEW, fold: ["shop"] })).toBe(true);
    expect(sameButFolds(DEFAULT_VIEW, groups)).toBe(false);
    expect(sameButFolds(DEFAULT_VIEW, { ...DEFAULT_VIEW, namespaces: ["shop"] })).toBe(false);
    expect(sameButFolds(DEFAULT_VIEW, { ...DEFAULT_VIEW, lens: "service" })).toBe(false);
  });
});
