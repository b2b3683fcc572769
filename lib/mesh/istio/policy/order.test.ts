import { expect, test } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { StepOp } from "#lib/policy/plan.ts";
import { refOf, refText } from "#lib/policy/ref.ts";
import { kinds } from "./kinds.ts";
import { type OrderStep, order, orderSteps } from "./order.ts";
import { policy } from "./world.test-support.ts";

const rule = (...subsets: string[]) =>
  policy("DestinationRule", "shop/r", { host: "reviews", subsets: subsets.map((name) => ({ name })) });
const route = (n: number) => policy("VirtualService", "shop/r", { n });
function step(op: StepOp, before: Manifest | null, after: Manifest | null): OrderStep {
  return { op, before, after, ref: refOf("west", (after ?? before) as Manifest) };
}
const sorted = (...steps: OrderStep[]) => {
  const result = orderSteps(steps);
  return result.ok ? result.steps.map(({ op, ref }) => `${op} ${refText(ref)}`) : result.reason;
};

const changed = step("update", route(1), route(2));

test("what is named comes first, and goes last", () => {
  const text = ["create DestinationRule shop/r", "create VirtualService shop/r"];
  expect(sorted(step("create", null, route(1)), step("create", null, rule("v1")))).toEqual(text);
  const gone = ["delete VirtualService shop/r", "delete DestinationRule shop/r"];
  expect(sorted(step("delete", rule("v1"), null), step("delete", route(1), null))).toEqual(gone);
});

test("subsets come before routes that use them, and go after", () => {
  const [first, second] = ["update DestinationRule shop/r", "update VirtualService shop/r"];
  expect(sorted(changed, step("update", rule("v1"), rule("v1", "v2")))).toEqual([first, second]);
  expect(sorted(step("update", rule("v1", "v2"), rule("v1")), changed)).toEqual([second, first]);
});

test("what adds and drops at once while routes change is refused; alone it is the user's choice", () => {
  const swap = step("update", rule("v1"), rule("v2"));
  expect(sorted(swap, changed)).toMatch(/gains subset v2 and loses subset v1 .* second plan\.$/);
  expect(sorted(swap)).toEqual(["update DestinationRule shop/r"]);
});

test("claims before rules that ask for them, clients' TLS before servers'; every kind has its place", () => {
  const at = (kind: string, op: StepOp = "create") => order(refOf("west", policy(kind, "shop/a", {})), op);
  expect(at("RequestAuthentication")).toBeLessThan(at("AuthorizationPolicy"));
  expect(at("DestinationRule")).toBeLessThan(at("PeerAuthentication"));
  for (const { kind, group } of kinds) {
    const ref = refOf("west", policy(kind, "shop/a", {}, group));
    expect(order(ref, "create"), kind).toBeLessThan(10);
    expect(order(ref, "delete"), kind).toBeGreaterThan(20 - 10);
  }
});
