/** Policies of security for one workload, by chance: of its namespace and of the root namespace. */
import type { Json, JsonObject } from "#lib/policy/manifest.ts";
import type { Chance } from "./chance.ts";
import {
  AUDIENCE_VALUES,
  AUDIENCES,
  CLAIM_VALUES,
  ISSUERS,
  PRESENTER_VALUES,
  REQUEST_PRINCIPALS,
  type Signer,
  somewhere,
} from "./tokens.ts";
import * as words from "./vocabulary.ts";

export interface Wanted {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec: JsonObject;
}

type Fields = Readonly<Record<string, readonly string[]>>;

const SOURCE: Fields = {
  principals: words.PRINCIPALS,
  namespaces: words.NAMESPACES,
  requestPrincipals: REQUEST_PRINCIPALS,
  ipBlocks: words.BLOCKS,
  remoteIpBlocks: words.BLOCKS,
  trustDomains: words.TRUST_DOMAINS,
};
const OPERATION: Fields = {
  methods: words.METHOD_VALUES,
  paths: words.PATH_VALUES,
  hosts: words.HOST_VALUES,
  ports: words.PORT_VALUES,
};
const WHEN: Fields = {
  "source.ip": words.BLOCKS,
  "remote.ip": words.BLOCKS,
  "source.namespace": words.NAMESPACES,
  "source.principal": words.PRINCIPALS,
  "source.serviceAccount": words.ACCOUNTS,
  "source.trustDomain": words.TRUST_DOMAINS,
  "request.headers[x-user]": words.HEADER_VALUES,
  "request.headers[X-Tenant]": words.HEADER_VALUES,
  "request.headers[Authorization]": ["*", "Bearer *", "Token *"],
  "request.headers[x-jwt]": ["*", "Token *"],
  "request.auth.principal": REQUEST_PRINCIPALS,
  "request.auth.audiences": AUDIENCE_VALUES,
  "request.auth.presenter": PRESENTER_VALUES,
  "destination.ip": ["127.0.0.0/8", "127.64.0.0/16", "10.0.0.0/8"],
  "destination.port": words.PORT_VALUES,
  "connection.sni": words.SERVER_NAME_VALUES,
  "request.nonsense": ["x"],
  ...Object.fromEntries(Object.entries(CLAIM_VALUES).map(([name, values]) => [`request.auth.claims[${name}]`, values])),
};

const opposite = (name: string) => `not${name.charAt(0).toUpperCase()}${name.slice(1)}`;

/** One or two of the fields, each with values, values that it must not have, or both. */
function fields(from: Chance, all: Fields): JsonObject {
  const lists = from
    .some(Object.keys(all), 1, 2)
    .map((name): JsonObject => valued(from, all[name] ?? [], name, opposite(name)));
  return Object.assign({}, ...lists) as JsonObject;
}

function valued(from: Chance, values: readonly string[], name: string, not: string): JsonObject {
  const kind = from.number(0, 9);
  return {
    ...(kind < 8 ? { [name]: from.some(values, 1, 3) } : {}),
    ...(kind > 6 ? { [not]: from.some(values, 1, 2) } : {}),
  };
}

function source(from: Chance): JsonObject {
  // The API refuses accounts beside principals or namespaces.
  if (!from.is(0.1)) return fields(from, SOURCE);
  return valued(from, words.ACCOUNTS, "serviceAccounts", "notServiceAccounts");
}

function rule(from: Chance): JsonObject {
  const list = (share: number, make: () => Json): readonly Json[] =>
    from.is(share) ? Array.from({ length: from.number(1, 2) }, make) : [];
  const parts = {
    from: list(0.5, () => ({ source: source(from) })),
    to: list(0.5, () => ({ operation: fields(from, OPERATION) })),
    when: list(0.35, () => {
      const key = from.of(Object.keys(WHEN));
      return { key, ...valued(from, WHEN[key] ?? [], "values", "notValues") };
    }),
  };
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value.length > 0));
}

/** Labels that every workload has, some, or none. */
const selectors = (group: string) => [{}, { app: "w" }, { app: "w", group }, { app: "other" }];

function selector(from: Chance, group: string): JsonObject {
  const labels = from.of(selectors(group));
  return Object.keys(labels).length === 0 ? {} : { selector: { matchLabels: labels } };
}

export function authorizationPolicy(from: Chance, namespace: string, group: string, name: string): Wanted {
  const action = from.is(0.06) ? "AUDIT" : from.is(0.5) ? "ALLOW" : "DENY";
  const rules = Array.from({ length: from.is(0.05) ? 0 : from.number(1, 3) }, () => rule(from));
  // From the root namespace only some workloads are meant, or all pairs would be alike.
  const where = namespace === words.ROOT ? { selector: { matchLabels: { group } } } : selector(from, group);
  return {
    ...{ kind: "AuthorizationPolicy", namespace, name },
    ...(from.is(0.06) && { annotations: { "istio.io/dry-run": "true" } }),
    spec: { ...where, ...(action === "ALLOW" && from.is(0.5) ? {} : { action }), rules },
  };
}

export function requestAuthentication(
  from: Chance,
  namespace: string,
  group: string,
  name: string,
  keys: Signer,
): Wanted {
  const jwtRules = from.some(ISSUERS, 1, 2).map((issuer) => {
    const audiences = AUDIENCES[issuer];
    return { issuer, jwks: keys.jwks(issuer), ...(audiences && { audiences }), ...somewhere(from) };
  });
  const where = namespace === words.ROOT ? { selector: { matchLabels: { group } } } : selector(from, group);
  return { kind: "RequestAuthentication", namespace, name, spec: { ...where, jwtRules } };
}

const MODES = ["STRICT", "PERMISSIVE", "DISABLE", "UNSET"];

export function peerAuthentication(from: Chance, namespace: string, selects: boolean, name: string): Wanted {
  const ports = from
    .some(Object.values(words.PORTS), 1, 3)
    .map((port) => [String(port), { mode: from.of(MODES) }] as const);
  return {
    ...{ kind: "PeerAuthentication", namespace, name },
    spec: {
      ...(selects && { selector: { matchLabels: { app: "w" } } }),
      ...(from.is(0.85) && { mtls: { mode: from.of(MODES) } }),
      ...(selects && from.is(0.6) && { portLevelMtls: Object.fromEntries(ports) }),
    },
  };
}
