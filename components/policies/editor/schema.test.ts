import { describe, expect, it } from "vitest";
import { KindSchema } from "./schema.ts";

const answer = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      required: ["hosts"],
      properties: {
        hosts: { type: "array", items: { type: "string" }, description: "Where it counts." },
        http: { type: "array", items: { type: "object", properties: { timeout: { type: "string" } } } },
        mtls: { properties: { mode: { type: "string", enum: ["", "STRICT", "PERMISSIVE"] } } },
        labels: {
          type: "object",
          additionalProperties: { type: "object", properties: { deep: { type: "boolean" } } },
        },
      },
    },
    metadata: { allOf: [{ $ref: "#/$defs/Meta" }], description: "Standard metadata." },
    loop: { $ref: "#/$defs/a~1Loop" },
  },
  $defs: {
    Meta: { type: "object", properties: { name: { type: "string" } } },
    "a/Loop": { $ref: "#/$defs/a~1Loop" },
  },
};

describe("a kind's schema", () => {
  const schema = new KindSchema(answer);

  it("lists a map's fields with type, meaning and whether they must be there", () => {
    expect(schema.field(["spec"], "hosts")).toEqual({
      name: "hosts",
      type: "list of string",
      about: "Where it counts.",
      required: true,
      values: [],
    });
  });

  it("goes through lists, maps of anything, and references", () => {
    expect(schema.fields(["spec", "http", "[]"]).map(({ name }) => name)).toEqual(["timeout"]);
    expect(schema.field(["spec", "labels", "any"], "deep")?.values).toEqual(["true", "false"]);
    expect(schema.fields(["metadata"]).map(({ name }) => name)).toEqual(["name"]);
    expect(schema.field([], "metadata")?.about).toBe("Standard metadata.");
  });

  it("offers an enum's values, not its empty one", () => {
    expect(schema.field(["spec", "mtls"], "mode")?.values).toEqual(["STRICT", "PERMISSIVE"]);
  });

  it("says nothing where the schema doesn't, whatever it was given", () => {
    expect(schema.fields(["spec", "constructor"])).toEqual([]);
    expect(schema.fields(["loop", "x"])).toEqual([]);
    for (const odd of [null, 3, "x", [], {}]) expect(new KindSchema(odd).fields(["spec"])).toEqual([]);
  });
});
