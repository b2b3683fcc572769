import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crds } from "../definitions.ts";
import type { Json, JsonObject } from "../json.ts";
import { applyDefaults, dropNulls } from "./default.ts";
import { pruneObject } from "./prune.ts";
import { validate } from "./validate.ts";

const causes = (value: Json, schema: JsonObject): string[] =>
  validate(value, schema, "v").map((cause) => `${cause.reason} ${cause.field ?? ""}`);

describe("validation", () => {
  it.each<[string, JsonObject, Json, string[]]>([
    ["a fitting type", { type: "string" }, "a", []],
    ["a wrong type", { type: "string" }, 1, ["FieldValueTypeInvalid v"]],
    ["a fraction for an integer", { type: "integer" }, 1.5, ["FieldValueTypeInvalid v"]],
    ["an integer for a number", { type: "number" }, 1, []],
    ["null where it may be", { type: "object", nullable: true }, null, []],
    ["null where it may not", { type: "object" }, null, ["FieldValueTypeInvalid v"]],
    ["an integer or a text", { "x-kubernetes-int-or-string": true }, "50%", []],
    ["neither integer nor text", { "x-kubernetes-int-or-string": true }, true, ["FieldValueTypeInvalid v"]],
    ["an excluded bound", { type: "integer", minimum: 1, exclusiveMinimum: true }, 1, ["FieldValueInvalid v"]],
    ["a multiple", { type: "integer", multipleOf: 3 }, 7, ["FieldValueInvalid v"]],
    ["an int32 that isn't one", { type: "integer", format: "int32" }, 2 ** 31, ["FieldValueInvalid v"]],
    ["characters, not UTF-16 units", { type: "string", maxLength: 1 }, "💠", []],
    ["a text too short", { type: "string", minLength: 2 }, "a", ["FieldValueInvalid v"]],
    ["a pattern missed", { type: "string", pattern: "^a+$" }, "ab", ["FieldValueInvalid v"]],
    ["a date", { type: "string", format: "date-time" }, "2026-02-30", ["FieldValueInvalid v"]],
    ["too few items", { type: "array", minItems: 1 }, [], ["FieldValueInvalid v"]],
    [
      "a set with duplicates",
      { type: "array", "x-kubernetes-list-type": "set" },
      ["a", "b", "a"],
      ["FieldValueDuplicate v[2]"],
    ],
    [
      "a map list with duplicate keys",
      { type: "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["n"] },
      [{ n: 1 }, { n: 1, x: 2 }],
      ["FieldValueDuplicate v[1]"],
    ],
    ["too many properties", { type: "object", maxProperties: 1 }, { a: 1, b: 2 }, ["FieldValueTooMany v"]],
    [
      "values of a map",
      { type: "object", additionalProperties: { type: "string" } },
      { a: 1 },
      ["FieldValueTypeInvalid v.a"],
    ],
    ["none of any-of", { anyOf: [{ type: "string" }, { type: "integer" }] }, true, ["FieldValueInvalid <nil>"]],
    ["what must not be", { not: { required: ["a"] } }, { a: 1 }, ["FieldValueInvalid <nil>"]],
    ["all of all-of", { allOf: [{ minimum: 1 }, { maximum: 3 }] }, 5, ["FieldValueInvalid v"]],
    [
      "a required member in the prototype",
      { type: "object", required: ["toString"] },
      {},
      ["FieldValueRequired v.toString"],
    ],
  ])("judges %s", (_, schema, value, expected) => {
    expect(causes(value, schema)).toEqual(expected);
  });

  it("never throws, whatever it is given", () => {
    const schema = (crds.get("httproutes.gateway.networking.k8s.io")?.schemas[0] ?? {}) as JsonObject;
    const members = fc.constantFrom(
      "spec",
      "rules",
      "matches",
      "path",
      "backendRefs",
      "port",
      "name",
      "filters",
      "type",
    );
    const value = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        fc.constantFrom<Json>(null, 1, -1, 1.5, "", "a", "Exact", true),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(members, tie("value"), { maxKeys: 4 }),
      ),
    })).value;
    fc.assert(
      fc.property(value, (spec) => {
        const { object, unknown } = pruneObject({ spec }, schema, false);
        const defaulted = applyDefaults(object, schema, false) as JsonObject;
        for (const cause of validate(defaulted, schema)) expect(cause.message).not.toBe("");
        // Pruning leaves nothing unknown, and defaults add nothing unknown.
        expect(pruneObject(defaulted, schema, false).unknown).toEqual([]);
        expect(new Set(unknown).size).toBe(unknown.length);
        // Defaults are filled in once.
        expect(applyDefaults(defaulted, schema, false)).toEqual(defaulted);
      }),
      { numRuns: 300 },
    );
  });
});

describe("pruning and defaults", () => {
  const schema: JsonObject = {
    type: "object",
    properties: {
      spec: {
        type: "object",
        properties: {
          free: {
            type: "object",
            "x-kubernetes-preserve-unknown-fields": true,
            properties: { known: { type: "object", properties: {} } },
          },
          map: { type: "object", additionalProperties: { type: "object", properties: { a: { default: 1 } } } },
          list: { type: "array", items: { type: "object", properties: { a: { type: "integer", default: 7 } } } },
          maybe: { type: "object", nullable: true, default: { x: 1 }, properties: { x: { type: "integer" } } },
        },
      },
    },
  };

  it("keeps what a schema preserves, and prunes what it knows inside", () => {
    const { object, unknown } = pruneObject(
      { spec: { free: { any: 1, known: { gone: 1 } }, gone: 2, list: [{ gone: 3 }] } },
      schema,
      false,
    );
    expect(object).toEqual({ spec: { free: { any: 1, known: {} }, list: [{}] } });
    expect(unknown).toEqual(["spec.free.known.gone", "spec.gone", "spec.list[0].gone"]);
  });

  it("fills in defaults in lists and maps, but not for a null that is allowed", () => {
    const given = { spec: { list: [{}, { a: 0 }, { a: null }], map: { k: {} }, maybe: null } };
    expect(applyDefaults(given, schema, false)).toEqual({
      spec: { list: [{ a: 7 }, { a: 0 }, { a: 7 }], map: { k: { a: 1 } }, maybe: null },
    });
  });

  it("takes null for absent in built-in kinds", () => {
    expect(dropNulls({ a: null, b: [null, { c: null, d: 1 }] })).toEqual({ b: [{ d: 1 }] });
  });
});
