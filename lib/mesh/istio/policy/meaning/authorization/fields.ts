/**
 * What rules can ask of a call: each field of `from.source` and `to.operation` and each key of `when`, which fact it reads and
 * how a value matches. https://istio.io/latest/docs/reference/config/security/authorization-policy/ and .../conditions/
 */
import { readAs } from "../paths.ts";
import { every, lacking, some, type Truth } from "../truth.ts";
import { inBlock, isBlock } from "./address.ts";
import { type CallFacts, factAt, type Token } from "./facts.ts";
import { inNamespace, isAccount, needsDomains, spellings, type TrustDomains, trustDomainOf } from "./identity.ts";
import { fits, fitsTemplate, isTemplate } from "./text.ts";

export interface Reading {
  readonly facts: CallFacts;
  readonly domains: TrustDomains;
  /** Of the policy, where short account names belong. */
  readonly namespace: string;
}

export interface Field {
  /** Nothing but HTTP has it. */
  readonly http: boolean;
  /** ztunnel reads it. */
  readonly ztunnel: boolean;
  /** A value that istiod can't make a matcher of. */
  readonly valid: (value: string) => boolean;
  readonly test: (value: string, reading: Reading) => Truth;
}

type Test = Field["test"];
const anything = () => true;
const l4 = (test: Test, valid: Field["valid"] = anything): Field => ({ http: false, ztunnel: true, valid, test });
const http = (test: Test): Field => ({ http: true, ztunnel: false, valid: anything, test });

/** A fact: not known, known to be none, or to be tested. */
function read<T>(fact: T | null | undefined, name: string, test: (value: T) => Truth): Truth {
  if (fact === undefined) return lacking(name);
  return fact === null ? false : test(fact);
}

const PEER = "the peer's identity";

const byPrincipal = (test: (value: string, principal: string, reading: Reading) => Truth): Test => {
  return (value, reading) => read(reading.facts.principal, PEER, (principal) => test(value, principal, reading));
};

const principal = l4(
  byPrincipal((value, it, { domains }) => {
    if (fits(value, it)) return true;
    if (domains !== null) return some(spellings(value, domains).map((each) => fits(each, it)));
    // All but the trust domain is alike: whether that is one of the mesh's own decides.
    const [, ...rest] = it.split("/");
    const alike = needsDomains(value) && fits(value.split("/").slice(1).join("/"), rest.join("/"));
    return alike ? lacking("the mesh's trust domains") : false;
  }),
);
const namespace = l4(byPrincipal((value, it) => inNamespace(value, it)));
const account = l4(byPrincipal((value, it, { namespace: own }) => isAccount(value, own, it)));
const trustDomain: Field = {
  ...l4(
    byPrincipal((value, it, { domains }) => {
      const here = trustDomainOf(it);
      if (fits(value, here)) return true;
      if (domains === null) return lacking("the mesh's trust domains");
      return domains.includes(value) && domains.includes(here);
    }),
  ),
  ztunnel: false,
};

const address = (key: "sourceIp" | "remoteIp" | "destinationIp", name: string): Field =>
  l4((value, { facts }) => read(facts[key], name, (ip) => inBlock(value, ip) ?? lacking(name)), isBlock);
const port = l4(
  (value, { facts }) => read(facts.port, "the workload's port", (number) => Number(value) === number),
  (value) => /^\d{1,5}$/.test(value) && Number(value) <= 65_535,
);

/** A field of a token that the proxy has verified. */
const ofToken = (test: (value: string, token: Token) => Truth): Field =>
  http((value, { facts }) => read(facts.token, "the JWT", (token) => test(value, token)));

/** `issuer/subject`; the issuer may hold slashes, so the last one counts. */
const requestPrincipal = ofToken((value, { issuer, subject }) => {
  const [ofIssuer, ofSubject] = halves(value);
  return every([read(issuer, "the JWT's issuer", ofIssuer), read(subject, "the JWT's subject", ofSubject)]);
});

/**
 * A `*` counts at one end of the whole value, so that the other half is exact; without a slash `x*` and `x` are an issuer, `*x` a
 * subject. (requestPrincipalGenerator in pilot/pkg/security/authz/model/generator.go)
 */
function halves(value: string): readonly [(issuer: string) => boolean, (subject: string) => boolean] {
  const slash = value.lastIndexOf("/");
  const pattern = (half: string) => (it: string) => fits(half, it);
  const exactly = (half: string) => (it: string) => it === half;
  const any = pattern("*");
  const [issuer, subject] = slash < 0 ? [value, ""] : [value.slice(0, slash), value.slice(slash + 1)];
  if (value === "*") return [any, any];
  if (value.startsWith("*")) return slash < 0 ? [any, pattern(value)] : [pattern(issuer), exactly(subject)];
  if (value.endsWith("*")) return slash < 0 ? [pattern(value), any] : [exactly(issuer), pattern(subject)];
  return [exactly(issuer), exactly(subject)];
}

const audiences = ofToken((value, token) =>
  read(token.audiences, "the JWT's audiences", (list) => list.some((each) => fits(value, each))),
);
const presenter = ofToken((value, token) => read(token.presenter, "the JWT's presenter", (it) => fits(value, it)));
const claim = (name: string): Field =>
  ofToken((value, token) =>
    read(factAt(token.claims, name), `the JWT's claim ${name}`, (list) => list.some((each) => fits(value, each))),
  );

const host = http((value, { facts }) => read(facts.host, "the host", (it) => fits(value, it, true)));
const method = http((value, { facts }) => read(facts.method, "the method", (it) => fits(value, it)));
const path = http((value, { facts }) =>
  read(facts.path, "the path", (it) =>
    readAs(it, facts.normalization, (bare) => (isTemplate(value) ? fitsTemplate(value, bare) : fits(value, bare))),
  ),
);
const header = (name: string): Field =>
  http((value, { facts }) =>
    read(factAt(facts.headers, name.toLowerCase()), `header ${name}`, (it) => (value === "*" ? true : fits(value, it))),
  );
const sni: Field = {
  ...l4((value, { facts }) => read(facts.sni, "the server name of TLS", (it) => fits(value, it))),
  ztunnel: false,
};
/** Metadata of other filters: known to nobody but the proxy. */
const filterMetadata = (key: string): Field => ({ ...l4(() => lacking(key)), ztunnel: false });

const remoteIp: Field = { ...address("remoteIp", "the original client's address"), ztunnel: false };

/** Of `from[].source`; each has a twin with `not`. */
export const SOURCE: Readonly<Record<string, Field>> = {
  principals: principal,
  requestPrincipals: requestPrincipal,
  namespaces: namespace,
  serviceAccounts: account,
  trustDomains: trustDomain,
  ipBlocks: address("sourceIp", "the peer's address"),
  remoteIpBlocks: remoteIp,
};

/** Of `to[].operation`; each has a twin with `not`. */
export const OPERATION: Readonly<Record<string, Field>> = { hosts: host, ports: port, methods: method, paths: path };

const WHEN: Readonly<Record<string, Field>> = {
  "source.ip": address("sourceIp", "the peer's address"),
  "remote.ip": remoteIp,
  "source.namespace": namespace,
  "source.principal": principal,
  "source.serviceAccount": { ...account, ztunnel: false },
  "source.trustDomain": trustDomain,
  "request.auth.principal": requestPrincipal,
  "request.auth.audiences": audiences,
  "request.auth.presenter": presenter,
  "destination.ip": address("destinationIp", "the workload's address"),
  "destination.port": port,
  "connection.sni": sni,
};

/** The field of a `when` key; null: Istio knows none of that name, and leaves the whole rule out. */
export function whenField(key: string): Field | null {
  const known = Object.hasOwn(WHEN, key) ? WHEN[key] : undefined;
  if (known !== undefined) return known;
  const named = /^(request\.headers|request\.auth\.claims)\[(.+)\]$/.exec(key);
  if (named !== null) return named[1] === "request.headers" ? header(named[2] ?? "") : claim(named[2] ?? "");
  return key.startsWith("experimental.envoy.filters.") && key.endsWith("]") ? filterMetadata(key) : null;
}
