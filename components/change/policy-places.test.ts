import { expect, it } from "vitest";
import { currentOf } from "./policy-places.tsx";

it.each([
  ["/policies", "/policies", "page"],
  ["/policies/mtls", "/policies/mtls", "page"],
  ["/policies/mtls/strict/west-1/shop", "/policies/mtls", "true"],
  ["/policies/authorization/deny-by-default", "/policies/authorization", "true"],
  ["/policies/mtls", "/policies", undefined],
  ["/policies/workloads/west-1/shop/cart", "/policies", undefined],
  ["/policies/egressive", "/policies/egress", undefined],
])("on %s the place %s is %s", (path, href, current) => {
  expect(currentOf(path, href)).toBe(current);
});
