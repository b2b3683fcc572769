import { expect, test } from "vitest";
import { codesOf, o, service } from "./cases.test-support.ts";

const deny = o("AuthorizationPolicy", "shop/a", "action: DENY, rules: [{to: [{operation: {paths: [/admin]}}]}]");
const found = (port: string) =>
  codesOf([service("shop/reviews-more", "reviews", port), deny]).includes("denial-takes-all-of-tcp");

test.each([
  ["{name: tcp-db, port: 5432}", true],
  ["{port: 53}", true],
  // No proxy takes it, so no rule does.
  ["{port: 53, protocol: UDP}", false],
  ["{name: tcp-dns, port: 53, protocol: UDP}", false],
  ["{name: tcp-signal, port: 5060, protocol: SCTP}", false],
])("a denial by fields of HTTP, beside a port %s", (port, expected) => {
  expect(found(port)).toBe(expected);
});
