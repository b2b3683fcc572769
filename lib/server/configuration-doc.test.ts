import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { configSchema } from "./config.ts";

const page = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8");

/** Every key of a schema, objects within lists included. */
function keysOf(schema: unknown): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { def, shape } = schema as {
    def?: { innerType?: unknown; element?: unknown; options?: unknown; in?: unknown; out?: unknown };
    shape?: object;
  };
  const inner = [
    def?.innerType,
    def?.element,
    def?.in,
    def?.out,
    ...(Array.isArray(def?.options) ? def.options : []),
  ].flatMap((each) => keysOf(each));
  const own = shape === undefined ? [] : Object.entries(shape).flatMap(([key, value]) => [key, ...keysOf(value)]);
  return [...own, ...inner];
}

it("docs/configuration.md names every key there is", () => {
  const keys = [...new Set(keysOf(configSchema))];
  expect(keys.length).toBeGreaterThan(30);
  expect(keys.filter((key) => !new RegExp(`\\b${key}\\b`).test(page))).toEqual([]);
});
