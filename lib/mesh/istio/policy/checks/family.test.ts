import { expect, test } from "vitest";
import { authorization } from "./authorization.ts";
import { o } from "./cases.test-support.ts";
import { findingOf } from "./family.ts";

const draft = (namespaces: readonly string[]) => ({
  ...{ code: "principal-unknown", path: [], message: "Nobody.", fix: "Correct it." },
  ...{ at: o("AuthorizationPolicy", "shop/a", ""), namespaces },
});
const told = (namespaces: readonly string[]) => findingOf(draft(namespaces), authorization, "c").namespaces;

test("a finding's namespaces have its own object's, however often others are named", () => {
  expect(told(["pay", "pay"])).toEqual(["shop", "pay"]);
  expect(told([])).toEqual(["shop"]);
});

test("a list that has them all is shared", () => {
  const all = ["pay", "shop"];
  expect(told(all)).toBe(all);
});
