/**
 * /openapi/v3: an index, and one document a group version. Enough for `kubectl explain` and for clients that validate
 * against it; operations are named, not described. https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-v3
 */
import { createHash } from "node:crypto";
import type { Catalogue, Found } from "./catalogue.ts";
import { definition, definitions } from "./definitions.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { apiVersionOf } from "./object.ts";

const prefix = "#/components/schemas/";
const metaPrefix = "io.k8s.apimachinery.pkg.apis.meta.v1.";
const documents = new WeakMap<Catalogue, Map<string, string>>();

/** The path of a group version without the leading slash: api/v1, apis/apps/v1. */
function pathOf(group: string, version: string): string {
  return group === "" ? `api/${version}` : `apis/${group}/${version}`;
}

/** Every document by its path. Made once a catalogue. Cost: some 10 ms for each group. */
function documentsOf(catalogue: Catalogue): Map<string, string> {
  let known = documents.get(catalogue);
  if (known === undefined) {
    known = new Map(
      catalogue.groups.flatMap(({ name, versions }) =>
        versions.map(
          (version) => [pathOf(name, version), JSON.stringify(documentOf(catalogue, name, version))] as const,
        ),
      ),
    );
    documents.set(catalogue, known);
  }
  return known;
}

/** The index: where each group version's document is; the hash lets clients cache it. */
export function openApiIndex(catalogue: Catalogue): Json {
  const entries = [...documentsOf(catalogue)].map(([path, text]) => {
    const hash = createHash("sha256").update(text).digest("hex").toUpperCase();
    return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }] as const;
  });
  return { paths: Object.fromEntries(entries) };
}

/** The document of a path like apis/apps/v1; null when there is none. */
export function openApiDocument(catalogue: Catalogue, path: string): string | null {
  return documentsOf(catalogue).get(path) ?? null;
}

function documentOf(catalogue: Catalogue, group: string, version: string): Json {
  const found = catalogue.of(group, version);
  const schemas: Record<string, Json> = {};
  for (const one of found) addSchemas(one, schemas);
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: "v1.36.3" },
    paths: Object.fromEntries(found.flatMap(pathsOf)),
    components: { schemas },
  };
}

/** `networking.istio.io` and `VirtualService` make io.istio.networking.v1.VirtualService. */
function schemaName({ resource, version }: Found): string {
  if (!resource.builtin) return `${resource.group.split(".").reverse().join(".")}.${version.name}.${resource.kind}`;
  const suffix = `.${version.name}.${resource.kind}`;
  const own = Object.keys(definitions).find(
    (name) => name.endsWith(suffix) && isKind(definitions[name], resource.group, resource.kind),
  );
  return own ?? `${resource.group}${suffix}`;
}

function isKind(schema: JsonObject | undefined, group: string, kind: string): boolean {
  const kinds = schema?.["x-kubernetes-group-version-kind"];
  return (
    Array.isArray(kinds) &&
    kinds.some((entry: Json) => isObject(entry) && entry["group"] === group && entry["kind"] === kind)
  );
}

function addSchemas(found: Found, schemas: Record<string, Json>): void {
  const { resource, version } = found;
  const gvk = [{ group: resource.group, version: version.name, kind: resource.kind }];
  const schema: JsonObject = resource.builtin
    ? version.schema
    : {
        ...version.schema,
        properties: {
          ...(isObject(version.schema["properties"]) ? version.schema["properties"] : {}),
          apiVersion: { type: "string" },
          kind: { type: "string" },
          metadata: { allOf: [{ $ref: `${prefix}${metaPrefix}ObjectMeta` }] },
        },
      };
  const own = schemaName(found);
  schemas[own] = { ...schema, "x-kubernetes-group-version-kind": gvk };
  schemas[`${own}List`] = {
    type: "object",
    required: ["items"],
    properties: {
      apiVersion: { type: "string" },
      kind: { type: "string" },
      metadata: { allOf: [{ $ref: `${prefix}${metaPrefix}ListMeta` }] },
      items: { type: "array", items: { allOf: [{ $ref: `${prefix}${own}` }] } },
    },
    "x-kubernetes-group-version-kind": [{ group: resource.group, version: version.name, kind: resource.listKind }],
  };
  addReferences(schemas[own], schemas);
  addReferences(schemas[`${own}List`], schemas);
}

/** Takes over, transitively, what a schema refers to. */
function addReferences(schema: Json | undefined, schemas: Record<string, Json>): void {
  if (Array.isArray(schema)) for (const item of schema) addReferences(item as Json, schemas);
  else if (isObject(schema))
    for (const [key, value] of Object.entries(schema))
      if (key === "$ref" && typeof value === "string") {
        const name = value.slice(prefix.length);
        if (schemas[name] !== undefined) continue;
        const target = definition(name);
        schemas[name] = target;
        addReferences(target, schemas);
      } else addReferences(value, schemas);
}

const parameter = (name: string): JsonObject => ({
  name,
  in: "path",
  required: true,
  schema: { type: "string", uniqueItems: true },
});

const actions: Readonly<Record<string, string>> = { get: "get", put: "put", patch: "patch", delete: "delete" };

function pathsOf(found: Found): (readonly [string, Json])[] {
  const { resource, version } = found;
  const gvk = { group: resource.group, version: version.name, kind: resource.kind };
  const reference = { $ref: `${prefix}${schemaName(found)}` };
  const operation = (method: string, action: string): readonly [string, Json] => [
    method,
    {
      operationId: `${action}${apiVersionOf(resource.group, version.name)}${resource.kind}`.replace(
        /[^A-Za-z0-9]/g,
        "",
      ),
      ...(method === "get" ? {} : { parameters: writeParameters }),
      responses: { "200": { description: "OK", content: { "application/json": { schema: reference } } } },
      "x-kubernetes-action": action,
      "x-kubernetes-group-version-kind": gvk,
    },
  ];
  const base = `/${pathOf(resource.group, version.name)}`;
  const scope = resource.namespaced ? `${base}/namespaces/{namespace}` : base;
  const scoped = resource.namespaced ? [parameter("namespace")] : [];
  const collection = Object.fromEntries([
    operation("get", "list"),
    ...(resource.readOnly ? [] : [operation("post", "post")]),
  ]);
  const methods = resource.readOnly ? ["get"] : Object.keys(actions);
  const single = Object.fromEntries(methods.map((method) => operation(method, actions[method] ?? method)));
  return [
    ...(resource.namespaced
      ? [[`${base}/${resource.plural}`, Object.fromEntries([operation("get", "list")])] as const]
      : []),
    [`${scope}/${resource.plural}`, { ...collection, ...(scoped.length > 0 ? { parameters: scoped } : {}) }],
    [`${scope}/${resource.plural}/{name}`, { ...single, parameters: [parameter("name"), ...scoped] }],
  ];
}

/** kubectl looks here whether the server knows dry run and field validation. */
const writeParameters: Json = ["dryRun", "fieldManager", "fieldValidation"].map((name) => ({
  name,
  in: "query",
  schema: { type: "string", uniqueItems: true },
}));
