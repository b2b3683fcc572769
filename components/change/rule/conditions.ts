/** Conditions of a rule as the form has them. Pure. */
import type { MatchIntent, TextMatch } from "#lib/policy/intent.ts";

export const KINDS = [
  { value: "header", title: "header" },
  { value: "cookie", title: "cookie" },
  { value: "path", title: "path" },
  { value: "method", title: "method" },
  { value: "sourceLabel", title: "label of the caller" },
  { value: "sourceNamespace", title: "namespace of the caller" },
] as const;
export type Kind = (typeof KINDS)[number]["value"];
export const NAMED: ReadonlySet<Kind> = new Set(["header", "cookie", "sourceLabel"]);
/** Kinds that compare in more ways than by being the same. */
export const OPEN: ReadonlySet<Kind> = new Set(["header", "path"]);

export interface Condition {
  readonly kind: Kind;
  readonly name: string;
  readonly op: TextMatch["op"];
  readonly value: string;
}

export const FIRST: Condition = { kind: "header", name: "", op: "exact", value: "" };

/** What is still missing; null: it can be added. */
export function missing({ kind, name, value }: Condition): string | null {
  if (NAMED.has(kind) && !/^[A-Za-z0-9!#$%&'*+.^_`|~/-]+$/.test(name)) return "Give it a name.";
  if (value === "") return "Give it a value.";
  if (kind === "path" && !value.startsWith("/")) return "A path begins with /.";
  return null;
}

/** Two conditions of which a rule can hold one; null: none. Dropping either would let more calls match than was meant. */
export function twice(conditions: readonly Condition[]): string | null {
  const seen = new Set<string>();
  for (const { kind, name } of conditions) {
    const key = kind === "header" ? `header ${name.toLowerCase()}` : kind === "sourceLabel" ? `label ${name}` : kind;
    if (seen.has(key)) {
      const title = KINDS.find(({ value }) => value === kind)?.title ?? kind;
      return `A rule can test ${title}${kind === "header" || kind === "sourceLabel" ? ` ${name}` : ""} once.`;
    }
    seen.add(key);
  }
  return null;
}

/** Conditions as an intent says them: none twice (see twice). */
export function whenOf(conditions: readonly Condition[]): MatchIntent["when"] {
  const of = (kind: Kind) => conditions.filter((one) => one.kind === kind);
  const [path] = of("path");
  const [method] = of("method");
  const [cookie] = of("cookie");
  const [namespace] = of("sourceNamespace");
  const headers = of("header").map(({ name, op, value }) => [name, { op, value }] as const);
  const labels = of("sourceLabel").map(({ name, value }) => [name, value] as const);
  return {
    ...(path === undefined ? {} : { path: { op: path.op, value: path.value } }),
    ...(method === undefined ? {} : { method: { op: "exact", value: method.value.toUpperCase() } as const }),
    ...(cookie === undefined ? {} : { cookie: { name: cookie.name, value: cookie.value } }),
    ...(namespace === undefined ? {} : { sourceNamespace: namespace.value }),
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) }),
    ...(labels.length === 0 ? {} : { sourceLabels: Object.fromEntries(labels) }),
  };
}
