import { expect, it } from "vitest";
import { blockTest } from "./address.ts";
import { hostPattern, pathPattern, textPattern } from "./text.ts";

it.each([
  ["web", "web", true],
  ["web", "web2", false],
  ["*", "", false],
  ["*", "x", true],
  ["cluster.local/ns/a/*", "cluster.local/ns/a/sa/b", true],
  ["*/sa/b", "cluster.local/ns/a/sa/b", true],
  ["*/sa/b", "", false],
])("text %s takes %s: %s", (pattern, text, fits) => {
  expect(textPattern(pattern)(text)).toBe(fits);
});

it.each([
  ["api.a", "API.a", true],
  ["api.a", "api.a:80", false],
  ["*.a", "api.A", true],
])("host %s takes %s: %s", (pattern, host, fits) => {
  expect(hostPattern(pattern)(host)).toBe(fits);
});

it.each([
  ["/items", "/items?page=2", true],
  ["/items/*", "/items/1", true],
  ["/items/{*}", "/items/1", true],
  ["/items/{*}", "/items/", false],
  ["/items/{*}", "/items/1/2", false],
  ["/items/{**}", "/items/1/2", true],
  ["/{**}/edit", "/items/1/edit", true],
  ["/{**}/edit", "/edit", true],
  ["/{*}/{**}/edit", "/edit", false],
  ["/items/{id}", "/items/{id}", true],
])("path %s takes %s: %s", (pattern, path, fits) => {
  expect(pathPattern(pattern)(path)).toBe(fits);
});

it.each([
  ["10.0.0.0/8", "10.20.0.1", true],
  ["10.0.0.0/8", "11.0.0.1", false],
  ["10.20.0.1", "10.20.0.1", true],
  ["10.20.0.1", "10.20.0.2", false],
  ["0.0.0.0/0", "203.0.113.7", true],
  ["2001:db8::/32", "10.20.0.1", false],
  ["10.0.0.0/33", "10.0.0.1", false],
  ["10.0.0.999/8", "10.0.0.1", false],
])("block %s holds %s: %s", (block, address, holds) => {
  expect(blockTest(block)(address)).toBe(holds);
});
