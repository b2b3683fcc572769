import { expect, it } from "vitest";
import { boxesAround } from "./boxes.ts";
import { graph, node } from "./live.test-support.ts";
import type { BoxKind } from "./look.ts";

const of = graph([
  node("e/shop/workload/cart-v1", { app: "cart" }),
  node("e/shop/workload/cart-v2", { app: "cart" }),
  node("e/shop/workload/web", { app: "web" }),
  node("w/shop/workload/cart-v1", { app: "cart" }),
  node("w/pay/namespace/pay"),
  node("w/unknown/external/bank.example"),
]);

it.each<[readonly BoxKind[], readonly string[]]>([
  [
    ["cluster", "namespace"],
    ["e › shop", "e › shop", "e › shop", "w › shop", "w", ""],
  ],
  [["namespace"], ["shop", "shop", "shop", "shop", "", ""]],
  // An app's box is worth drawing around several marks only; apps of two clusters are two.
  [["app"], ["cart", "cart", "", "", "", ""]],
  [
    ["cluster", "namespace", "app"],
    ["e › shop › cart", "e › shop › cart", "e › shop", "w › shop", "w", ""],
  ],
  [[], ["", "", "", "", "", ""]],
])("boxes by %j", (kinds, expected) => {
  expect(boxesAround(of, kinds).map((boxes) => boxes.map(({ label }) => label).join(" › "))).toEqual(expected);
});

it("an app's box has the id of the app as a node, so that it can be folded into it", () => {
  expect(boxesAround(of, ["app"])[0]?.[0]?.id).toBe("e/shop/app/cart");
});

it("one cluster has no box", () => {
  expect(boxesAround(graph([node("e/shop/workload/a")]), ["cluster"])).toEqual([[]]);
});
