/** The generated schemas, typed. They are parsed once, when this module is first imported. */
import { readFileSync } from "node:fs";
import type { PackedCrd } from "../schemas/pack-crd.ts";
import type { JsonObject } from "./json.ts";

function read(file: string): unknown {
  return JSON.parse(readFileSync(new URL(`../schemas/${file}`, import.meta.url), "utf8"));
}

/** CRDs by name, from istio.io/api and sigs.k8s.io/gateway-api. */
export const crds: ReadonlyMap<string, PackedCrd> = new Map(
  ["istio.gen.json", "gateway.gen.json"].flatMap((file) =>
    Object.entries((read(file) as { crds: Record<string, PackedCrd> }).crds),
  ),
);

/** Definitions of Kubernetes' OpenAPI documents by name. */
export const definitions: Readonly<Record<string, JsonObject>> = (
  read("kubernetes.gen.json") as { definitions: Record<string, JsonObject> }
).definitions;

const referencePrefix = "#/components/schemas/";

/** The definition of that name; throws when the generator didn't take it. */
export function definition(name: string): JsonObject {
  const found = definitions[name];
  if (found === undefined) throw new Error(`no generated definition ${name}`);
  return found;
}

const resolved = new WeakMap<JsonObject, JsonObject>();

/** Follows a `$ref`, if there is one. Keywords beside it (default, patch strategy) stay in force. */
export function resolve(schema: JsonObject): JsonObject {
  const reference = schema["$ref"];
  if (typeof reference !== "string") return schema;
  let whole = resolved.get(schema);
  if (whole === undefined) {
    const { $ref: _, ...beside } = schema;
    whole = { ...definition(reference.slice(referencePrefix.length)), ...beside };
    resolved.set(schema, whole);
  }
  return whole;
}
