/** The protobuf types that istiod is linked with, Envoy's among them: it resolves what a value names by these, and knows no others. */
import { own } from "#lib/policy/json.ts";
import { ENVOY_TYPES, ISTIO_RELEASE } from "./types.gen.ts";

/** The release of Istio whose types these are, such as `1.31`. */
export const RELEASE = ISTIO_RELEASE;

/** A field of a message. JSON names it as protobuf does, or in camel case. */
export interface Field {
  readonly name: string;
  readonly json: string;
  readonly list: boolean;
  /** A map's type of key; null: it is no map. */
  readonly key: string | null;
  /** A scalar's name in protobuf, or a message's or enumeration's whole one. */
  readonly of: string;
  /** The name of those of which one counts; null: it stands for itself. */
  readonly oneof: string | null;
}

/** As generated: of a message its fields' types, of which those of its own package begin with a dot. */
interface Written {
  readonly messages: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly enums: Readonly<Record<string, readonly string[]>>;
  /** Messages that are linked in, and that nobody writes into an EnvoyFilter. */
  readonly others: readonly string[];
}

const kept: {
  written?: Written;
  others?: ReadonlySet<string>;
  called?: ReadonlyMap<string, readonly string[]>;
} = {};
const fields = new Map<string, ReadonlyMap<string, Field>>();

/** Read on first use: most meshes have no EnvoyFilter. */
function written(): Written {
  kept.written ??= JSON.parse(ENVOY_TYPES) as Written;
  return kept.written;
}

const TYPE = /^(\[\])?(?:\{(\w+)\})?([^|]+)(?:\|(.+))?$/;

function fieldOf(message: string, name: string, type: string): Field {
  const [, list, key, of = "", oneof] = TYPE.exec(type) ?? [];
  return {
    name,
    json: name.replaceAll(/_+([a-z]?)/g, (_, letter: string) => letter.toUpperCase()),
    list: list !== undefined,
    key: key ?? null,
    of: of.startsWith(".") ? packageOf(message) + of : of,
    oneof: oneof ?? null,
  };
}

/** Messages begin in upper case, packages don't. */
const packageOf = (message: string): string => message.replace(/\.[A-Z].*$/, "");

/** A message's fields by either of their names; null: none is known of it. */
export function fieldsOf(message: string): ReadonlyMap<string, Field> | null {
  const known = fields.get(message);
  if (known !== undefined) return known;
  const found = own(written().messages, message) as Written["messages"][string] | undefined;
  if (found === undefined) return null;
  const list = Object.entries(found).map(([name, type]) => fieldOf(message, name, type));
  const made = new Map(list.flatMap((field) => [[field.name, field] as const, [field.json, field] as const]));
  fields.set(message, made);
  return made;
}

/** An enumeration's values; null: it is none. */
export const valuesOf = (name: string): readonly string[] | null =>
  (own(written().enums, name) as readonly string[] | undefined) ?? null;

/** Whether istiod is linked with a message of this name. */
export function isMessage(name: string): boolean {
  kept.others ??= new Set(written().others);
  return Object.hasOwn(written().messages, name) || kept.others.has(name);
}

/** Messages whose last name is this one, such as `Lua`. */
export function messagesCalled(last: string): readonly string[] {
  kept.called ??= Map.groupBy(Object.keys(written().messages), (name) => name.slice(name.lastIndexOf(".") + 1));
  return kept.called.get(last) ?? [];
}
