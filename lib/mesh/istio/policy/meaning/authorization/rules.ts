/**
 * Rules of one AuthorizationPolicy: one matches where one of its `from`, one of its `to` and all of its `when` do; within a
 * source or operation all fields must, within a field one value, and none of the `not` ones.
 * https://istio.io/latest/docs/reference/config/security/authorization-policy/#Rule
 */
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { listAt, objectAt, textAt, textsAt } from "../../routing/json.ts";
import { every, not, some, type Truth } from "../truth.ts";
import { actionOf } from "./action.ts";
import { type Field, OPERATION, type Reading, SOURCE, whenField } from "./fields.ts";

/** Who enforces it: what a proxy can't read is left out, in ways of its own. */
export type Reader = "http" | "tcp" | "ztunnel";

/** One condition of a rule. */
interface Condition {
  readonly field: Field;
  readonly values: readonly string[];
  readonly notValues: readonly string[];
}

export interface RuleTruth {
  readonly index: number;
  readonly path: Segments;
  readonly matches: Truth;
}

/** Each rule with whether it matches. Without rules a policy matches nothing. */
export function rulesOf(policy: Manifest, reader: Reader, reading: Reading): readonly RuleTruth[] {
  const narrow = actionOf(policy) === "ALLOW";
  return listAt(policy.spec, "rules").map((rule, index) => ({
    index,
    path: ["spec", "rules", index],
    matches: reader === "ztunnel" ? atZtunnel(rule, narrow, reading) : atEnvoy(rule, narrow, reader, reading),
  }));
}

/** Alternatives, each a list of conditions that must all hold. */
interface Parts {
  readonly from: readonly (readonly Condition[])[];
  readonly to: readonly (readonly Condition[])[];
  /** null: a key that Istio doesn't know. */
  readonly when: readonly (Condition | null)[];
}

function partsOf(rule: JsonObject): Parts {
  return {
    from: listAt(rule, "from").map((each) => conditions(objectAt(each, "source"), SOURCE)),
    to: listAt(rule, "to").map((each) => conditions(objectAt(each, "operation"), OPERATION)),
    when: listAt(rule, "when").map((each) => {
      const field = whenField(textAt(each, "key") ?? "");
      return field && { field, values: textsAt(each, "values"), notValues: textsAt(each, "notValues") };
    }),
  };
}

function conditions(from: JsonObject, fields: Readonly<Record<string, Field>>): readonly Condition[] {
  return Object.entries(fields)
    .map(([name, field]) => {
      const opposite = `not${name.charAt(0).toUpperCase()}${name.slice(1)}`;
      return { field, values: textsAt(from, name), notValues: textsAt(from, opposite) };
    })
    .filter(({ values, notValues }) => values.length + notValues.length > 0);
}

function holds({ field, values, notValues }: Condition, reading: Reading): Truth {
  const any = (list: readonly string[]) => some(list.map((value) => field.test(value, reading)));
  return every([values.length === 0 || any(values), notValues.length === 0 || not(any(notValues))]);
}

/**
 * A key that nobody knows leaves the rule out. What can't be read (a field of HTTP where bytes are forwarded, a value that is no
 * address or port) leaves an ALLOW rule out, so that less is allowed, and of others the value alone, so that more is denied.
 * (checkError in pilot/pkg/security/authz/model/model.go)
 * https://istio.io/latest/docs/tasks/security/authorization/authz-tcp/
 */
function atEnvoy(rule: JsonObject, narrow: boolean, reader: "http" | "tcp", reading: Reading): Truth {
  const { from, to, when } = partsOf(rule);
  if (when.includes(null)) return false;
  const known = when.filter((each) => each !== null);
  const readable = ({ field }: Condition, value: string) => (reader === "http" || !field.http) && field.valid(value);
  const all = [...from.flat(), ...to.flat(), ...known];
  if (narrow && !all.every((each) => [...each.values, ...each.notValues].every((value) => readable(each, value)))) {
    return false;
  }
  const left = (each: Condition): Condition => ({
    field: each.field,
    values: each.values.filter((value) => readable(each, value)),
    notValues: each.notValues.filter((value) => readable(each, value)),
  });
  const one = (alternatives: readonly (readonly Condition[])[]): Truth =>
    alternatives.length === 0 ||
    some(alternatives.map((list) => every(list.map((condition) => holds(left(condition), reading)))));
  return every([one(from), one(to), ...known.map((condition) => holds(left(condition), reading))]);
}

/**
 * ztunnel reads connections alone. An ALLOW rule with anything else is left out. Of a DENY rule such fields are, and what is then
 * empty matches nothing rather than everything: `methods` alone denies nobody, `methods` with `ports` denies the ports whole.
 * Values that are no address or port are passed over. (handleRule in pilot/pkg/serviceregistry/ambient/authorization.go)
 * https://istio.io/latest/docs/ambient/usage/l4-policy/
 */
function atZtunnel(rule: JsonObject, narrow: boolean, reading: Reading): Truth {
  const { from, to, when } = partsOf(rule);
  const reads = (each: Condition | null): each is Condition => each?.field.ztunnel === true;
  const clauses = [
    ...[from, to].filter((list) => list.length > 0),
    ...when.map((each) => [each === null ? [] : [each]]),
  ];
  if (narrow && (when.includes(null) || !clauses.flat(2).every(reads))) return false;
  // Trust domains aren't replaced by aliases here: a principal counts as it is written.
  const asWritten = { ...reading, domains: [] };
  const left = ({ field, values, notValues }: Condition): Condition => ({
    field,
    values: values.filter(field.valid),
    notValues: notValues.filter(field.valid),
  });
  const filled = ({ values, notValues }: Condition) => values.length + notValues.length > 0;
  return every(
    clauses.map((alternatives) =>
      some(
        alternatives.map((list) => {
          const rest = list.filter(reads).map(left).filter(filled);
          return rest.length > 0 && every(rest.map((condition) => holds(condition, asWritten)));
        }),
      ),
    ),
  );
}
