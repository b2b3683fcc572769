/** Takes from Kubernetes' own OpenAPI documents the definitions that the served kinds need, and nothing else. */
import { type RawSchema, stripSchema } from "./pack-crd.ts";

interface OpenApiDocument {
  readonly components: { readonly schemas: Readonly<Record<string, RawSchema>> };
}

const prefix = "#/components/schemas/";
/** Group-version-kind lists of shared types name dozens of groups that the lab doesn't have. */
const sharedKinds: ReadonlySet<string> = new Set(["DeleteOptions", "Status", "WatchEvent"]);

function referencesOf(schema: unknown, into: Set<string>): void {
  if (Array.isArray(schema)) for (const item of schema) referencesOf(item, into);
  else if (schema !== null && typeof schema === "object")
    for (const [key, value] of Object.entries(schema))
      if (key === "$ref" && typeof value === "string") into.add(value.slice(prefix.length));
      else referencesOf(value, into);
}

/** Unwraps `allOf: [{$ref}]`, which the documents use to put a default beside a reference. */
function flatten(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(flatten);
  if (schema === null || typeof schema !== "object") return schema;
  const { allOf, ...rest } = schema as { allOf?: readonly object[] };
  const flat = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, flatten(value)]));
  return allOf?.length === 1 ? { ...flat, ...allOf[0] } : flat;
}

/** The kinds asked for, their lists and everything they refer to, by definition name in code-point order. */
export function packDefinitions(
  sources: readonly { readonly document: OpenApiDocument; readonly kinds: readonly string[] }[],
): [string, RawSchema][] {
  const packed = new Map<string, RawSchema>();
  for (const { document, kinds } of sources) {
    const all = document.components.schemas;
    const pending = Object.keys(all).filter((name) => {
      const kind = name.slice(name.lastIndexOf(".") + 1);
      const own = Array.isArray(all[name]?.["x-kubernetes-group-version-kind"]);
      return own && kinds.some((wanted) => kind === wanted || kind === `${wanted}List`);
    });
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      if (packed.has(name)) continue;
      const schema = { ...(flatten(stripSchema(all[name])) as Record<string, unknown>) };
      if (sharedKinds.has(name.slice(name.lastIndexOf(".") + 1))) delete schema["x-kubernetes-group-version-kind"];
      packed.set(name, schema);
      const references = new Set<string>();
      referencesOf(schema, references);
      pending.push(...references);
    }
  }
  return [...packed].sort(([a], [b]) => (a < b ? -1 : 1));
}
