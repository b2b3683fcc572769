/**
 * Label selectors in the query string: `a=b,c!=d,e in (f,g),h notin (i),j,!k`.
 * Grammar and meaning: k8s.io/apimachinery/pkg/labels/selector.go.
 */
import { badRequest } from "./status.ts";

export type Labels = Readonly<Record<string, string>>;

export interface Requirement {
  readonly key: string;
  readonly operator: "in" | "notin" | "exists" | "absent" | "gt" | "lt";
  readonly values: readonly string[];
}

interface Token {
  readonly kind: "word" | "symbol" | "end";
  readonly text: string;
}

const word = /^[^\s=!(),<>]+/;
const symbol = /^(==|!=|=|!|\(|\)|,|<|>)/;
const name = /^([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$/;
const domain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

function tokenise(input: string): Token[] {
  const tokens: Token[] = [];
  for (let rest = input.trimStart(); rest !== ""; rest = rest.trimStart()) {
    const match = symbol.exec(rest) ?? word.exec(rest);
    const text = match?.[0] ?? rest;
    tokens.push({ kind: symbol.test(text) ? "symbol" : "word", text });
    rest = rest.slice(text.length);
  }
  return [...tokens, { kind: "end", text: "" }];
}

/** Is it a label key: an optional DNS domain, a slash, a name of at most 63 characters? */
export function isLabelKey(key: string): boolean {
  const parts = key.split("/");
  if (parts.length > 2) return false;
  const own = parts[parts.length - 1] ?? "";
  const prefix = parts.length === 2 ? (parts[0] ?? "") : null;
  return name.test(own) && own.length <= 63 && (prefix === null || (prefix.length <= 253 && domain.test(prefix)));
}

/** Is it a label value: empty, or a name of at most 63 characters? */
export function isLabelValue(value: string): boolean {
  return value === "" || (value.length <= 63 && name.test(value));
}

/** Parses a selector; an empty one selects all. Throws 400 where the real parser does. */
export function parseLabelSelector(input: string): readonly Requirement[] {
  const fail = (what: string): never => {
    throw badRequest(`unable to parse requirement: ${what}`);
  };
  const tokens = tokenise(input);
  let position = 0;
  const peek = (): Token => tokens[position] ?? { kind: "end", text: "" };
  const take = (): Token => {
    const token = peek();
    position += 1;
    return token;
  };
  const key = (): string => {
    const token = take();
    if (token.kind !== "word" || token.text === "in" || token.text === "notin")
      return fail(`found '${token.text}', expected: identifier`);
    if (!isLabelKey(token.text))
      return fail(
        `<nil>: Invalid value: "${token.text}": name part must consist of alphanumeric characters, '-', '_' or '.'`,
      );
    return token.text;
  };
  const value = (): string => {
    // `a=` selects the empty value.
    if (peek().kind !== "word") return "";
    const { text } = take();
    if (!isLabelValue(text))
      return fail(
        `values[0][${text}]: Invalid value: "${text}": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.'`,
      );
    return text;
  };
  const values = (): string[] => {
    if (take().text !== "(") return fail("found no '(' after a set operator, expected: '('");
    const found: string[] = [value()];
    for (let token = take(); token.text !== ")"; token = take()) {
      if (token.text !== ",") return fail(`found '${token.text}', expected: ',' or ')'`);
      found.push(value());
    }
    return found;
  };
  const requirement = (): Requirement => {
    if (peek().text === "!") {
      take();
      return { key: key(), operator: "absent", values: [] };
    }
    const subject = key();
    const next = peek();
    if (next.kind === "end" || next.text === ",") return { key: subject, operator: "exists", values: [] };
    take();
    if (next.text === "=" || next.text === "==") return { key: subject, operator: "in", values: [value()] };
    if (next.text === "!=") return { key: subject, operator: "notin", values: [value()] };
    if (next.text === "in" || next.text === "notin") return { key: subject, operator: next.text, values: values() };
    if (next.text === "<" || next.text === ">") {
      const bound = value();
      if (!/^-?\d+$/.test(bound))
        return fail(`values[0]: Invalid value: "${bound}": for 'Gt', 'Lt' operators, the value must be an integer`);
      return { key: subject, operator: next.text === ">" ? "gt" : "lt", values: [bound] };
    }
    return fail(`found '${next.text}', expected: in, notin, =, ==, !=, gt, lt`);
  };

  const requirements: Requirement[] = [];
  if (peek().kind === "end") return requirements;
  for (;;) {
    requirements.push(requirement());
    const token = take();
    if (token.kind === "end") return requirements;
    if (token.text !== ",") return fail(`found '${token.text}', expected: ',' or 'end of string'`);
  }
}

/** Do the labels satisfy all requirements? `notin` and `!=` also hold where the label is absent. */
export function matchesLabels(requirements: readonly Requirement[], labels: Labels): boolean {
  return requirements.every(({ key, operator, values }) => {
    const actual = Object.hasOwn(labels, key) ? labels[key] : undefined;
    switch (operator) {
      case "exists":
        return actual !== undefined;
      case "absent":
        return actual === undefined;
      case "in":
        return actual !== undefined && values.includes(actual);
      case "notin":
        return actual === undefined || !values.includes(actual);
      case "gt":
        return actual !== undefined && /^-?\d+$/.test(actual) && BigInt(actual) > BigInt(values[0] ?? 0);
      case "lt":
        return actual !== undefined && /^-?\d+$/.test(actual) && BigInt(actual) < BigInt(values[0] ?? 0);
    }
  });
}
