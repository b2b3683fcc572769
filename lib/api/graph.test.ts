import { describe, expect, expectTypeOf, it } from "vitest";
import type { Graph, GraphDelta, GraphEdge, GraphFrames, GraphNode, SourceStatus } from "#lib/graph/model.ts";
import type { deltaSchema, edgeSchema, framesSchema, graphSchema, nodeSchema, sourceSchema } from "./graph.ts";
import { formatInstant, parseInstant } from "./instant.ts";
import type { z } from "./zod.ts";

/** A type as JSON carries it: no brands, no readonly. */
type Plain<T> = T extends number
  ? number
  : T extends readonly (infer Item)[]
    ? Plain<Item>[]
    : T extends object
      ? { -readonly [Key in keyof T]: Plain<T[Key]> }
      : T;

describe("the schemas of the graph", () => {
  it("say exactly what the model's types say", () => {
    expectTypeOf<z.infer<typeof nodeSchema>>().toEqualTypeOf<Plain<GraphNode>>();
    expectTypeOf<z.infer<typeof edgeSchema>>().toEqualTypeOf<Plain<GraphEdge>>();
    expectTypeOf<z.infer<typeof sourceSchema>>().toEqualTypeOf<Plain<SourceStatus>>();
    expectTypeOf<z.infer<typeof graphSchema>>().toEqualTypeOf<Plain<Graph>>();
    expectTypeOf<z.infer<typeof deltaSchema>>().toEqualTypeOf<Plain<GraphDelta>>();
    expectTypeOf<z.infer<typeof framesSchema>>().toEqualTypeOf<Plain<GraphFrames>>();
  });
});

describe("instants", () => {
  it.each([
    ["1787234400", "2026-08-20T14:00:00Z"],
    ["1787234400.25", "2026-08-20T14:00:00.250Z"],
    ["2026-08-20T16:00:00+02:00", "2026-08-20T14:00:00Z"],
  ])("%s is %s", (text, expected) => {
    const instant = parseInstant(text);
    expect(instant === null ? null : formatInstant(instant)).toBe(expected);
  });

  it.each([
    "",
    "now",
    "2026-08-20",
    "2026-02-30T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "1e9",
    "-1",
    "999999999999",
    "Infinity",
  ])("%s is none", (text) => {
    expect(parseInstant(text)).toBeNull();
  });
});
