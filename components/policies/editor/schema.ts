/** A kind's JSON Schema, read as far as an editor needs it. What it says is the cluster's: text, never markup. */

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly allOf?: readonly Schema[];
  readonly format?: string;
}

export interface Field {
  readonly name: string;
  /** `string`, `object`, `list of object`. */
  readonly type: string;
  readonly about: string;
  readonly required: boolean;
  readonly values: readonly string[];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A kind's JSON Schema, what it refers to in its `$defs`. */
export class KindSchema {
  readonly #root: Schema;
  readonly #named: Readonly<Record<string, Schema>>;

  constructor(answer: unknown) {
    const root = isObject(answer) ? answer : {};
    const named = root["$defs"];
    this.#root = root;
    this.#named = (isObject(named) ? named : {}) as Readonly<Record<string, Schema>>;
  }

  /** Fields of the map at a path (`[]` for a list's item); empty where the schema doesn't say. */
  fields(path: readonly string[]): readonly Field[] {
    const at = this.#at(path);
    if (at === null) return [];
    const required = at.required ?? [];
    return Object.entries(at.properties ?? {}).map(([name, raw]) => this.#field(name, raw, required.includes(name)));
  }

  /** One field of that map; null where the schema doesn't know it. */
  field(path: readonly string[], name: string): Field | null {
    return this.fields(path).find((field) => field.name === name) ?? null;
  }

  #field(name: string, raw: Schema, required: boolean): Field {
    const schema = this.#whole(raw);
    const item = schema.items === undefined ? null : this.#whole(schema.items);
    const type = item === null ? (schema.type ?? "any") : `list of ${item.type ?? "any"}`;
    const values = (schema.enum ?? item?.enum ?? []).filter((one) => one !== null && one !== "").map(String);
    return {
      name,
      type,
      about: raw.description ?? schema.description ?? "",
      required,
      values: schema.type === "boolean" ? ["true", "false"] : values,
    };
  }

  #at(path: readonly string[]): Schema | null {
    let at: Schema | undefined = this.#whole(this.#root);
    for (const step of path) {
      const own: Readonly<Record<string, Schema>> = at.properties ?? {};
      const more: Schema | boolean | undefined = at.additionalProperties;
      const next: Schema | undefined =
        step === "[]" ? at.items : Object.hasOwn(own, step) ? own[step] : typeof more === "object" ? more : undefined;
      if (next === undefined) return null;
      at = this.#whole(next);
    }
    return at;
  }

  /** References followed, `allOf` of one taken; a loop ends where it began. */
  #whole(schema: Schema, depth = 0): Schema {
    const name = schema.$ref
      ?.replace(/^#\/\$defs\//, "")
      .replaceAll("~1", "/")
      .replaceAll("~0", "~");
    const next =
      name === undefined ? schema.allOf?.[0] : Object.hasOwn(this.#named, name) ? this.#named[name] : undefined;
    if (next === undefined || depth > 8) return schema;
    return this.#whole(
      { ...next, ...(schema.description === undefined ? {} : { description: schema.description }) },
      depth + 1,
    );
  }
}
