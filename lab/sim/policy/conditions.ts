/**
 * The conditions that rules are made of: which proxy can test them, and the test.
 * https://istio.io/latest/docs/reference/config/security/authorization-policy/#Source
 * https://istio.io/latest/docs/reference/config/security/conditions/
 */
import type { Json } from "../../kube/object.ts";
import { stringsAt, textAt } from "../../kube/read.ts";
import type { TextTest } from "../match.ts";
import { blockTest } from "./address.ts";
import type { Claims, Facts } from "./facts.ts";
import { hostPattern, pathPattern, textPattern } from "./text.ts";

/** The least that a proxy must read to test it: a connection as ztunnel does, as Envoy does, or a request. */
export type Needs = "ztunnel" | "tcp" | "http";

export interface Condition {
  readonly needs: Needs;
  readonly test: (facts: Facts) => boolean;
}

type Values = (facts: Facts) => readonly string[];

interface Attribute {
  readonly needs: Needs;
  readonly pattern: (text: string) => TextTest;
  readonly values: Values;
}

const attribute = (needs: Needs, pattern: Attribute["pattern"], value: (facts: Facts) => string): Attribute => ({
  needs,
  pattern,
  values: (facts) => [value(facts)],
});

const claim = (claims: Claims | null, name: string): string => {
  const value = claims?.[name];
  return typeof value === "string" ? value : "";
};
const audiences = ({ claims }: Facts): readonly string[] => {
  const value = claims?.["aud"];
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [claim(claims, "aud")];
};
/** ISSUER/SUBJECT of the token. */
const requestPrincipal = ({ claims }: Facts): string =>
  claims === null ? "" : `${claim(claims, "iss")}/${claim(claims, "sub")}`;

const principal = attribute("ztunnel", textPattern, ({ peer }) => peer?.principal ?? "");
const sourceNamespace = attribute("ztunnel", textPattern, ({ peer }) => peer?.namespace ?? "");
const trustDomain = attribute("tcp", textPattern, ({ peer }) => peer?.trustDomain ?? "");
const sourceIp = attribute("ztunnel", blockTest, ({ sourceIp: ip }) => ip);
const remoteIp = attribute("tcp", blockTest, ({ remoteIp: ip }) => ip);
const port = attribute("ztunnel", textPattern, (facts) => String(facts.port));
const fromToken = attribute("http", textPattern, requestPrincipal);
/** `ACCOUNT` is one of the policy's own namespace, `NAMESPACE/ACCOUNT` any; without patterns. */
const account = (namespace: string): Attribute => ({
  needs: "ztunnel",
  pattern: (text) => {
    const wanted = text.includes("/") ? text : `${namespace}/${text}`;
    return (found) => found === wanted;
  },
  values: ({ peer }) => [peer === null ? "" : `${peer.namespace}/${peer.account}`],
});

const sourceFields = (namespace: string): Readonly<Record<string, Attribute>> => ({
  principals: principal,
  requestPrincipals: fromToken,
  namespaces: sourceNamespace,
  serviceAccounts: account(namespace),
  trustDomains: trustDomain,
  ipBlocks: sourceIp,
  remoteIpBlocks: remoteIp,
});

const OPERATION: Readonly<Record<string, Attribute>> = {
  hosts: attribute("http", hostPattern, ({ http }) => http?.host ?? ""),
  methods: attribute("http", textPattern, ({ http }) => http?.method ?? ""),
  paths: attribute("http", pathPattern, ({ http }) => http?.path ?? ""),
  ports: port,
};

const KEYS = (namespace: string): Readonly<Record<string, Attribute>> => ({
  "source.ip": sourceIp,
  "remote.ip": remoteIp,
  "source.namespace": sourceNamespace,
  "source.principal": principal,
  "source.serviceAccount": account(namespace),
  "source.trustDomain": trustDomain,
  "request.auth.principal": fromToken,
  "request.auth.audiences": { needs: "http", pattern: textPattern, values: audiences },
  "request.auth.presenter": attribute("http", textPattern, ({ claims }) => claim(claims, "azp")),
  "destination.ip": attribute("ztunnel", blockTest, ({ destinationIp }) => destinationIp),
  "destination.port": port,
  "connection.sni": attribute("tcp", textPattern, ({ sni }) => sni),
});

/** `values` of which one must fit, and `not` of which none may. */
function conditions(of: Attribute, values: readonly string[], not: readonly string[]): Condition[] {
  const fits = (patterns: readonly string[]): Condition["test"] => {
    const tests = patterns.map(of.pattern);
    return (facts) => of.values(facts).some((value) => tests.some((test) => test(value)));
  };
  const out: Condition[] = [];
  if (values.length > 0) out.push({ needs: of.needs, test: fits(values) });
  if (not.length > 0) {
    const barred = fits(not);
    out.push({ needs: of.needs, test: (facts) => !barred(facts) });
  }
  return out;
}

const fieldsOf = (value: Json, fields: Readonly<Record<string, Attribute>>): Condition[] =>
  Object.entries(fields).flatMap(([name, of]) =>
    conditions(of, stringsAt(value, name), stringsAt(value, `not${name[0]?.toUpperCase()}${name.slice(1)}`)),
  );

/** Of one `source`, all of which have to hold. `namespace` is the policy's. */
export const sourceConditions = (source: Json, namespace: string): Condition[] =>
  fieldsOf(source, sourceFields(namespace));

export const operationConditions = (operation: Json): Condition[] => fieldsOf(operation, OPERATION);

/** Of one `when`; null for a key that nobody knows, with which istiod leaves the whole rule out. */
export function whenConditions(when: Json, namespace: string): Condition[] | null {
  const key = textAt(when, "key") ?? "";
  const of = KEYS(namespace)[key] ?? keyed(key);
  return of === null ? null : conditions(of, stringsAt(when, "values"), stringsAt(when, "notValues"));
}

/** Keys that name a header, or the way to a claim. Metadata of other filters doesn't exist in the lab. */
function keyed(key: string): Attribute | null {
  const [, kind, inside = ""] = /^(request\.headers|request\.auth\.claims)((?:\[[^[\]]+\])+)$/.exec(key) ?? [];
  const names = [...inside.matchAll(/\[([^[\]]+)\]/g)].map(([, name = ""]) => name);
  if (kind === "request.headers" && names.length === 1) {
    const name = (names[0] ?? "").toLowerCase();
    return attribute("http", textPattern, ({ http }) => http?.headers[name] ?? "");
  }
  if (kind === "request.auth.claims") return { needs: "http", pattern: textPattern, values: claimsAt(names) };
  return key.startsWith("experimental.envoy.filters.") ? attribute("tcp", textPattern, () => "") : null;
}

function claimsAt(names: readonly string[]): Values {
  return ({ claims }) => {
    let at: unknown = claims;
    for (const name of names) at = typeof at === "object" && at !== null ? Reflect.get(at, name) : undefined;
    if (Array.isArray(at)) return at.filter((each) => typeof each === "string");
    return [typeof at === "string" ? at : ""];
  };
}
