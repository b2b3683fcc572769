/**
 * Rules of AuthorizationPolicies as forms show and write them: one source, one operation, and claims of JWTs. What else a rule
 * says stays. https://istio.io/latest/docs/reference/config/security/authorization-policy/#Rule
 */
import type { AccessRule } from "#lib/policy/intent.ts";
import { same } from "#lib/policy/json.ts";
import { isObject, type Json, type JsonObject, listAt, objectAt, textAt, textsAt } from "../routing/json.ts";
import { edit, refuse, set, setAll } from "./edit.ts";

const SOURCE = ["principals", "serviceAccounts", "namespaces", "ipBlocks", "remoteIpBlocks"] as const;
const OPERATION = ["ports", "methods", "paths"] as const;
type Listed = (typeof SOURCE)[number] | (typeof OPERATION)[number];
const LISTED: readonly Listed[] = [...SOURCE, ...OPERATION];

export interface ReadRule {
  readonly access: AccessRule;
  /** It says more than that, which a form leaves as it is. */
  readonly more: boolean;
}

/** null: it has several sources or operations, and is written as text alone. */
export function readAccess(rule: unknown): ReadRule | null {
  const [from, to, when] = [listAt(rule, "from"), listAt(rule, "to"), listAt(rule, "when")];
  if (from.length > 1 || to.length > 1) return null;
  const source = objectAt(from[0], "source");
  const operation = objectAt(to[0], "operation");
  const claims = new Map<string, readonly string[]>();
  let others = 0;
  for (const each of when) {
    const name = claimOf(each);
    if (name === null || claims.has(name)) others++;
    else claims.set(name, textsAt(each, "values"));
  }
  const lists = [
    ...SOURCE.map((key) => [key, textsAt(source, key)] as const),
    ...OPERATION.map((key) => [key, textsAt(operation, key)] as const),
  ].filter(([, values]) => values.length > 0);
  return {
    access: {
      ...Object.fromEntries(lists),
      ...(claims.size === 0 ? {} : { claims: Object.fromEntries(claims) }),
    },
    more:
      others > 0 ||
      Object.keys(source).some((key) => !SOURCE.some((known) => known === key)) ||
      Object.keys(operation).some((key) => !OPERATION.some((known) => known === key)),
  };
}

/** The claim that a condition asks for, if it asks for nothing else. */
function claimOf(condition: JsonObject): string | null {
  const name = /^request\.auth\.claims\[(.+)\]$/.exec(textAt(condition, "key") ?? "")?.[1];
  const plain = textsAt(condition, "values").length > 0 && textsAt(condition, "notValues").length === 0;
  return plain ? (name ?? null) : null;
}

/** Whether both ask for the same; the order of values says nothing. */
export function sameAccess(a: AccessRule, b: AccessRule): boolean {
  const sorted = (values: readonly string[] | undefined) => [...new Set(values)].sort();
  const claims = ({ claims = {} }: AccessRule) =>
    Object.fromEntries(Object.entries(claims).map(([name, values]) => [name, sorted(values)]));
  return LISTED.every((key) => same(sorted(a[key]), sorted(b[key]))) && same(claims(a), claims(b));
}

/**
 * The rule, asking for exactly this of what forms know.
 * @throws MeshscopeError `bad_intent` where a claim is to go that several conditions ask for.
 */
export function writeAccess(rule: JsonObject, access: AccessRule): JsonObject {
  const part = (keys: readonly Listed[]) => Object.fromEntries(keys.map((key) => [key, list(access[key])]));
  const whole = only(only(rule, "from", "source", part(SOURCE)), "to", "operation", part(OPERATION));
  const wanted = new Map(Object.entries(access.claims ?? {}));
  const before = Array.isArray(whole["when"]) ? (whole["when"] as readonly Json[]) : [];
  const met = new Set<string>();
  const kept = before.flatMap((each): readonly Json[] => {
    const name = isObject(each) ? claimOf(each) : null;
    if (name === null || !isObject(each)) return [each];
    const values = wanted.get(name);
    if (met.has(name)) {
      // Both conditions have to hold: readAccess reads the first alone, and what it doesn't read stays.
      if (!Object.hasOwn(access.claims ?? {}, name))
        refuse("rule.claims", `several conditions ask for ${name}: change them as text`);
      return [each];
    }
    met.add(name);
    wanted.delete(name);
    return values === undefined
      ? []
      : [alike(textsAt(each, "values"), values) ? each : set(each, "values", [...values])];
  });
  const added = [...wanted].map(([name, values]) => ({ key: `request.auth.claims[${name}]`, values: [...values] }));
  const when = [...kept, ...added];
  return same(when, before) ? whole : set(whole, "when", when.length === 0 ? undefined : when);
}

const list = (values: readonly string[] | undefined): Json | undefined =>
  values === undefined ? undefined : [...values];
const alike = (a: readonly string[], b: readonly string[]): boolean => same([...a].sort(), [...b].sort());

/** Fields of the one element of `from` or `to`; without any it goes. */
function only(rule: JsonObject, key: string, inner: string, fields: Readonly<Record<string, Json | undefined>>) {
  const [first = {}] = listAt(rule, key);
  const changed = Object.fromEntries(
    Object.entries(fields).filter(([name, values]) => !alike(textsAt(objectAt(first, inner), name), texts(values))),
  );
  const after = edit(first, inner, (now) => setAll(now, changed));
  return after === first ? rule : set(rule, key, Object.keys(after).length === 0 ? undefined : [after]);
}

const texts = (values: Json | undefined): readonly string[] =>
  Array.isArray(values) ? values.filter((each): each is string => typeof each === "string") : [];
