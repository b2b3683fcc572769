/**
 * Reads a value as Istio does that makes one of Envoy's messages of it: unmarshalMessage in github.com/golang/protobuf/jsonpb, by whose
 * rules a field that says null is absent, several of a oneof are none too many, and of a field's two names the one in camel case counts.
 */
import { isObject } from "#lib/policy/json.ts";
import type { Segments } from "#lib/policy/path.ts";
import { short } from "../odd-draft.ts";
import { isNumbered, isScalar, keyProblem, scalarProblem } from "./scalars.ts";
import { type Field, fieldsOf, isMessage, messagesCalled, RELEASE, valuesOf } from "./types.ts";

/** Something about a value, by its place in the whole. */
export interface Said {
  readonly path: Segments;
  readonly text: string;
  readonly fix: string;
}

/** What is deeper, or comes after so many keys and values, isn't looked at; of each kind no more are named. */
const DEEPEST = 100;
const MOST_VALUES = 20_000;
const MOST_SAID = 10;
const MOST_NAMED = 8;
const MOST_ALIKE = 3;

const ANY = "google.protobuf.Any";
const LIST = "google.protobuf.ListValue";
const STRUCT = "google.protobuf.Struct";
const VALUE = "google.protobuf.Value";
const EMPTY = "google.protobuf.Empty";
/** Under these @type isn't beside the fields: the value stands under `value`. (wellKnownType) */
const isApart = (type: string) => isScalar(type) || [ANY, LIST, STRUCT, VALUE, EMPTY].includes(type);

const OLD = /^envoy\.(?:[a-z_0-9]+\.)*v2(?:alpha\d*)?\.[A-Za-z]/;

type Kind = "refused" | "unknown" | "untyped";

export class Reader {
  readonly said: Readonly<Record<Kind, Said[]>> = { refused: [], unknown: [], untyped: [] };
  #left = MOST_VALUES;

  /**
   * A message's value. `outer`: it is reached from the whole by single fields alone, where Istio asks for types.
   * `typed`: @type stands beside its fields.
   */
  message(type: string, value: unknown, path: Segments, { outer = false, typed = false } = {}): void {
    if (value === null || value === undefined || type === VALUE || this.#isTooMuch(path)) return;
    if (isScalar(type)) this.#scalar(type, value, path);
    else if (type === LIST) this.#list(value, path, () => {});
    else if (!isObject(value)) this.#no("no object", value, path);
    else if (type === ANY) this.#any(value, path);
    else if (type !== STRUCT) this.#fields(type, value, path, outer, typed);
  }

  #isTooMuch(path: Segments): boolean {
    this.#left -= 1;
    return this.#left < 0 || path.length > DEEPEST;
  }

  #say(kind: Kind, path: Segments, text: string, fix: string): void {
    if (this.said[kind].length < MOST_SAID) this.said[kind].push({ path, text, fix });
  }

  /** What is alike is looked for only where it is said. */
  #stranger(type: string, path: Segments): void {
    if (this.said.refused.length < MOST_SAID) this.#say("refused", path, ...stranger(type));
  }

  #no(what: string, value: unknown, path: Segments): void {
    this.#say("refused", path, `${shown(value)} is ${what}.`, "Write what Envoy’s documentation says of this field.");
  }

  #scalar(type: string, value: unknown, path: Segments): void {
    const problem = scalarProblem(type, value);
    if (problem !== null) this.#no(problem, value, path);
  }

  #list(value: unknown, path: Segments, each: (item: unknown, path: Segments) => void): void {
    if (!Array.isArray(value)) this.#no("no list", value, path);
    else for (let i = 0; i < value.length && this.#left >= 0; i += 1) each(value[i], [...path, i]);
  }

  #fields(
    type: string,
    value: Readonly<Record<string, unknown>>,
    path: Segments,
    outer: boolean,
    typed: boolean,
  ): void {
    const fields = type === EMPTY ? NONE : fieldsOf(type);
    if (fields === null) return;
    for (const [key, content] of Object.entries(value)) {
      if (this.#isTooMuch(path)) return;
      if (content === undefined || (typed && key === "@type")) continue;
      const field = fields.get(key);
      if (field !== undefined) {
        const isOther = key !== field.json && Object.hasOwn(value, field.json);
        const isKept = outer && !isOverruled(field, fields, value);
        if (!isOther && content !== null) this.#field(field, content, [...path, key], isKept);
      } else
        this.#say(
          "unknown",
          [...path, key],
          `${type} has no field ${short(key)} in Istio ${RELEASE}, which leaves it out.`,
          "Write the field that is meant, where it belongs, or take it away.",
        );
    }
    if (outer && isUntyped(fields, value))
      this.#say(
        "untyped",
        path,
        "It says what it is by a name alone, which Envoy will no longer look up.",
        "Add typed_config, with the extension’s @type.",
      );
  }

  #field({ list, key, of }: Field, value: unknown, path: Segments, outer: boolean): void {
    if (list) this.#list(value, path, (item, at) => this.#single(of, item, at, false));
    else if (key === null) this.#single(of, value, path, outer);
    else if (!isObject(value)) this.#no("no object", value, path);
    else
      for (const [name, item] of Object.entries(value)) {
        if (this.#isTooMuch(path)) return;
        const problem = keyProblem(key, name);
        if (problem !== null) this.#no(`${problem}, as keys are here`, name, [...path, name]);
        else this.#single(of, item, [...path, name], false);
      }
  }

  #single(type: string, value: unknown, path: Segments, outer: boolean): void {
    if (value === null || value === undefined) return;
    const values = valuesOf(type);
    if (values === null) this.message(type, value, path, { outer });
    else if (this.#isTooMuch(path) || isNumbered(value)) return;
    else if (typeof value !== "string" || !values.includes(value))
      this.#say(
        "refused",
        path,
        values.length > MOST_NAMED
          ? `${shown(value)} is no ${type} in Istio ${RELEASE}.`
          : `${shown(value)} isn’t among ${values.join(", ")}, as Istio ${RELEASE} has them.`,
        "Write one of its values.",
      );
  }

  #any(value: Readonly<Record<string, unknown>>, path: Segments): void {
    const url = Object.hasOwn(value, "@type") ? value["@type"] : undefined;
    if (url === undefined)
      return this.#say(
        "refused",
        path,
        "It doesn’t say of which type it is.",
        "Add @type, with the type’s whole name.",
      );
    const type = typeof url === "string" ? url.slice(url.lastIndexOf("/") + 1) : "";
    if (!isMessage(type)) return this.#stranger(type, [...path, "@type"]);
    if (!isApart(type)) return this.message(type, value, path, { typed: true });
    if (!Object.hasOwn(value, "value"))
      return this.#say("refused", path, `What a ${type} holds stands under value.`, "Add value.");
    this.message(type, value["value"], [...path, "value"]);
  }
}

const NONE: ReadonlyMap<string, Field> = new Map();

/** Whether another of the same oneof counts: the last one that is said does, in the order of the fields. */
function isOverruled(
  { name, oneof }: Field,
  fields: ReadonlyMap<string, Field>,
  value: Readonly<Record<string, unknown>>,
): boolean {
  if (oneof === null) return false;
  const said = [...fields].filter(([key, field]) => field.oneof === oneof && hasOwn(value, key));
  return said.at(-1)?.[1].name !== name;
}

const hasOwn = (value: Readonly<Record<string, unknown>>, key: string): boolean =>
  Object.hasOwn(value, key) && (value[key] ?? null) !== null;

/** (recurseMissingTypedConfig) */
const isUntyped = (fields: ReadonlyMap<string, Field>, value: Readonly<Record<string, unknown>>): boolean =>
  fields.has("typedConfig") &&
  !["typed_config", "typedConfig", "config_discovery", "configDiscovery"].some(
    (key) => fields.has(key) && hasOwn(value, key),
  );

/** What is said of a type that istiod isn't linked with, and what to do. */
function stranger(type: string): readonly [string, string] {
  if (OLD.test(type))
    return [`Envoy has no type ${short(type)} any more.`, "Write the type of version 3, and its fields."];
  const last = type.slice(type.lastIndexOf(".") + 1);
  const alike = last === "" ? [] : messagesCalled(last);
  return [
    type === "" ? "It names no type." : `Istio ${RELEASE} knows no type ${short(type)}.`,
    alike.length > 0 && alike.length <= MOST_ALIKE
      ? `Write ${alike.map((name) => `type.googleapis.com/${name}`).join(" or ")}, if that is meant.`
      : "Write the type’s whole name, as Envoy’s documentation has it.",
  ];
}

/** A value as a message quotes it. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return "A list";
  if (typeof value === "object" && value !== null) return "An object";
  return typeof value === "string" ? JSON.stringify(short(value)) : String(value);
}
