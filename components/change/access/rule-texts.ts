/** A rule as it is typed: values apart by commas, claims as `name=value`. Pure. */
import type { AccessRule } from "#lib/policy/intent.ts";

export type ListKey = Exclude<keyof AccessRule, "claims">;
export type RuleTexts = Readonly<Record<keyof AccessRule, string>>;

export const FIELDS: readonly {
  readonly key: keyof AccessRule;
  readonly title: string;
  readonly placeholder: string;
  readonly hint?: string;
}[] = [
  {
    key: "principals",
    title: "Identity",
    placeholder: "cluster.local/ns/shop/sa/web",
    hint: "By mutual TLS; * at either end.",
  },
  {
    ...{ key: "serviceAccounts", title: "Service account", placeholder: "shop/web" },
    hint: "Istio 1.26 or newer, and neither beside identities nor beside namespaces.",
  },
  { key: "namespaces", title: "Namespace", placeholder: "shop", hint: "Of the caller, by its identity." },
  { key: "ipBlocks", title: "Peer’s address", placeholder: "10.0.0.0/8" },
  {
    ...{ key: "remoteIpBlocks", title: "Client’s address", placeholder: "203.0.113.0/24" },
    hint: "Of who began the call, as X-Forwarded-For tells: trust it behind your own gateways alone.",
  },
  { key: "ports", title: "Port", placeholder: "8080", hint: "The one that the workload itself listens on." },
  { key: "methods", title: "Method", placeholder: "GET, HEAD" },
  { key: "paths", title: "Path", placeholder: "/api/*", hint: "* at either end; {*} for one segment, {**} for any." },
  {
    ...{ key: "claims", title: "JWT’s claim", placeholder: "groups=admin" },
    hint: "name=value of a token that a RequestAuthentication verifies.",
  },
];

export const NOTHING: RuleTexts = {
  ...{ principals: "", serviceAccounts: "", namespaces: "", ipBlocks: "", remoteIpBlocks: "" },
  ...{ ports: "", methods: "", paths: "", claims: "" },
};

const valuesOf = (text: string): readonly string[] => [
  ...new Set(
    text
      .split(/[,\n]/)
      .map((each) => each.trim())
      .filter((each) => each !== ""),
  ),
];

export function textsOf(access: AccessRule): RuleTexts {
  const { claims = {}, ...lists } = access;
  const said = Object.entries(claims).flatMap(([name, values]) => values.map((value) => `${name}=${value}`));
  return {
    ...NOTHING,
    ...Object.fromEntries(Object.entries(lists).map(([key, values]) => [key, values.join(", ")])),
    claims: said.join(", "),
  };
}

/** What is typed; a text where it can't be read: why. */
export function accessOf(texts: RuleTexts): AccessRule | string {
  const claims = new Map<string, string[]>();
  for (const each of valuesOf(texts.claims)) {
    const at = each.indexOf("=");
    const [name, value] = [each.slice(0, at).trim(), each.slice(at + 1).trim()];
    if (at < 1 || value === "") return `JWT’s claim: ${each} is no name=value.`;
    claims.set(name, [...(claims.get(name) ?? []), value]);
  }
  const lists = FIELDS.flatMap(({ key }) => {
    const values = key === "claims" ? [] : valuesOf(texts[key]);
    return values.length === 0 ? [] : [[key, values] as const];
  });
  return { ...Object.fromEntries(lists), ...(claims.size === 0 ? {} : { claims: Object.fromEntries(claims) }) };
}

/** One more value of a list. */
export const withValue = (texts: RuleTexts, key: ListKey, value: string): RuleTexts => ({
  ...texts,
  [key]: valuesOf(`${texts[key]},${value}`).join(", "),
});
