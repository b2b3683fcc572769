/** GET /schemas/{cluster}/{group}/{version}/{kind}: a kind's JSON Schema, by the cluster's own OpenAPI document. */
import { MeshscopeError } from "#lib/errors.ts";
import { isObject, keysOf, own } from "#lib/policy/json.ts";
import type { ObjectRef } from "#lib/policy/ref.ts";
import type { Credential } from "../identity.ts";
import { checkCluster, kindOf, reading } from "./access.ts";
import type { PolicyDeps } from "./deps.ts";

type Json = Readonly<Record<string, unknown>>;
export type KindRef = Pick<ObjectRef, "cluster" | "group" | "version" | "kind">;

const PREFIX = "#/components/schemas/";

/** Reads schemas as the viewer; what was made of a document is kept for as long as the client keeps that document. */
export class KindSchemas {
  readonly #made = new WeakMap<object, Map<string, Json>>();

  /** @throws MeshscopeError `forbidden`, `unknown_cluster`, `not_found`, `reauth`, and what the API server throws */
  async show(deps: PolicyDeps, credential: Credential, ref: KindRef, signal?: AbortSignal): Promise<Json> {
    checkCluster(deps, await deps.rights.visibility(credential, signal), ref.cluster);
    kindOf(deps, ref);
    const { client, as } = reading(deps, credential, ref.cluster);
    const document = await client.openapi(ref.group, ref.version, {
      ...(as === undefined ? {} : { as }),
      ...(signal === undefined ? {} : { signal }),
    });
    if (!isObject(document)) throw new MeshscopeError("upstream_bad", `Cluster "${ref.cluster}" has no schemas.`);
    const made = this.#made.get(document) ?? new Map<string, Json>();
    this.#made.set(document, made);
    const schema = made.get(ref.kind) ?? kindSchema(document, ref);
    if (schema === null) {
      const what = `${ref.kind} of ${ref.group || "the core group"} in ${ref.version}`;
      throw new MeshscopeError("not_found", `Cluster "${ref.cluster}" has no schema of ${what}.`);
    }
    made.set(ref.kind, schema);
    return schema;
  }
}

/** The schema that a document has for a kind, with all it refers to in `$defs`; null if there is none. */
export function kindSchema(document: Json, ref: Pick<ObjectRef, "group" | "version" | "kind">): Json | null {
  const schemas = own(own(document, "components"), "schemas");
  if (!isObject(schemas)) return null;
  const name = keysOf(schemas).find((key) => means(schemas[key], ref));
  if (name === undefined) return null;
  const defs: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  const queue: string[] = [];
  const root = rewritten(schemas[name], queue);
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (Object.hasOwn(defs, next)) continue;
    // A reference to nothing accepts everything, as an editor's help should.
    defs[next] = rewritten(own(schemas, next) ?? {}, queue);
  }
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    ...(isObject(root) ? root : {}),
    ...(Object.keys(defs).length > 0 ? { $defs: defs } : {}),
  };
}

/** https://kubernetes.io/docs/concepts/overview/kubernetes-api/: each object's schema says which kinds it is. */
function means(schema: unknown, { group, version, kind }: Pick<ObjectRef, "group" | "version" | "kind">): boolean {
  const list = own(schema, "x-kubernetes-group-version-kind");
  if (!Array.isArray(list)) return false;
  return list.some(
    (each) => own(each, "group") === group && own(each, "version") === version && own(each, "kind") === kind,
  );
}

function rewritten(value: unknown, queue: string[]): unknown {
  if (Array.isArray(value)) return value.map((each) => rewritten(each, queue));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    keysOf(value).map((key) => {
      const inner = value[key];
      if (key !== "$ref" || typeof inner !== "string" || !inner.startsWith(PREFIX))
        return [key, rewritten(inner, queue)];
      const name = inner.slice(PREFIX.length);
      queue.push(name);
      return [key, `#/$defs/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`];
    }),
  );
}
