/** Makes a CRD small: no prose, no CEL, one copy of a schema that several versions share. */

/** A schema node as the OpenAPI v3 subset of CRDs has it (structural schemas). */
export interface RawSchema {
  readonly [key: string]: unknown;
}

export interface CrdDocument {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly group: string;
    readonly names: {
      readonly kind: string;
      readonly listKind?: string;
      readonly plural: string;
      readonly singular?: string;
      readonly shortNames?: readonly string[];
      readonly categories?: readonly string[];
    };
    readonly scope: "Namespaced" | "Cluster";
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly storage: boolean;
      readonly deprecated?: boolean;
      readonly deprecationWarning?: string;
      readonly subresources?: { readonly status?: object };
      readonly additionalPrinterColumns?: readonly PackedColumn[];
      readonly schema: { readonly openAPIV3Schema: RawSchema };
    }[];
  };
}

export interface PackedColumn {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly format?: string;
  readonly priority?: number;
  readonly description?: string;
}

export interface PackedVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly status: boolean;
  readonly columns: readonly PackedColumn[];
  /** Index into `schemas`. */
  readonly schema: number;
  readonly deprecationWarning?: string;
}

export interface PackedCrd {
  readonly group: string;
  readonly names: CrdDocument["spec"]["names"];
  readonly scope: "Namespaced" | "Cluster";
  readonly versions: readonly PackedVersion[];
  readonly schemas: readonly RawSchema[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** Keywords that never decide whether an object is structurally valid. */
const prose: ReadonlySet<string> = new Set(["description", "externalDocs", "example", "x-kubernetes-validations"]);
/** Maps whose keys are names chosen by the schema's author, so that a property called `description` survives. */
const maps: ReadonlySet<string> = new Set(["properties", "definitions", "patternProperties"]);
/** Values that are data, not schemas. */
const data: ReadonlySet<string> = new Set(["default", "enum", "required", "x-kubernetes-list-map-keys"]);

/** A copy of a schema without its prose and CEL rules. Cost: its size. */
export function stripSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(stripSchema);
  if (schema === null || typeof schema !== "object") return schema;
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (prose.has(key)) continue;
    if (data.has(key)) out[key] = value;
    else if (maps.has(key))
      out[key] = Object.fromEntries(Object.entries(value as object).map(([name, inner]) => [name, stripSchema(inner)]));
    else out[key] = stripSchema(value);
  }
  return out;
}

/** The packed form of one CRD, with what the lab serves of it. */
export function packCrd(crd: CrdDocument): PackedCrd {
  const { group, names, scope, versions } = crd.spec;
  const schemas: RawSchema[] = [];
  const seen = new Map<string, number>();
  const packed = versions.map((version): PackedVersion => {
    const schema = stripSchema(version.schema.openAPIV3Schema) as RawSchema;
    const text = JSON.stringify(schema);
    const index = seen.get(text) ?? schemas.push(schema) - 1;
    seen.set(text, index);
    return {
      name: version.name,
      served: version.served,
      storage: version.storage,
      status: version.subresources?.status !== undefined,
      columns: (version.additionalPrinterColumns ?? []).map(({ description: _, ...column }) => column),
      schema: index,
      ...(version.deprecated === true
        ? { deprecationWarning: version.deprecationWarning ?? `${group}/${version.name} ${names.kind} is deprecated` }
        : {}),
    };
  });
  return { group, names, scope, versions: packed, schemas, annotations: crd.metadata.annotations ?? {} };
}
