/** One gateway that verifies JWTs, and routes by what they say, by chance. Each rule answers by itself, so that the one taken is seen. */
import { attached } from "#lib/mesh/istio/policy/meaning/authorization/attached.ts";
import { readToken } from "#lib/mesh/istio/policy/meaning/authorization/tokens.ts";
import type { Json, JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { Chance } from "./chance.ts";
import { GATE, type GatewayScene } from "./gateway-scene.ts";
import { requestAuthentication, type Wanted } from "./policies.ts";
import { ISSUERS, type Sent, type Signer } from "./tokens.ts";
import { ROOT } from "./vocabulary.ts";
import { HEADERS } from "./way-scene.ts";

/** Names of claims with what is asked for; the last one no token has. */
const CLAIMS: readonly (readonly [string, readonly string[]])[] = [
  [".role", ["admin", "dev", "ad"]],
  ["[role]", ["admin", "dev"]],
  [".realm.role", ["admin", "dev", "d"]],
  ["[realm][role]", ["admin", "dev"]],
  ["[scope]", ["read", "write", "read write"]],
  ["[sub]", ["ann", "bob"]],
  [".iss", ISSUERS],
  ["[aud]", ["shop", "else"]],
  [".azp", ["web-client", "web"]],
  ["[none]", ["x"]],
];

function asked(from: Chance): readonly [string, JsonObject] {
  const [claim, values] = from.of(CLAIMS);
  const head = from.is(0.1) ? "@Request.Auth.Claims" : "@request.auth.claims";
  const match = from.is(0.1) ? { regex: ".*" } : { [from.is(0.65) ? "exact" : "prefix"]: from.of(values) };
  return [`${head}${claim}`, match];
}

function match(from: Chance): JsonObject {
  const list = (least: number): JsonObject =>
    Object.fromEntries(Array.from({ length: from.number(least, 2) }, () => asked(from)));
  const headers = { ...list(1), ...(from.is(0.2) && { "x-user": { exact: from.of(HEADERS) } }) };
  const without = from.is(0.3) ? list(1) : {};
  return {
    ...(from.is(0.85) && { headers }),
    ...(Object.keys(without).length > 0 && { withoutHeaders: without }),
    ...(from.is(0.2) && { uri: { prefix: "/a" } }),
  };
}

/** Tokens are verified in most, of one or two issuers. */
export function claimsScene(from: Chance, index: number, keys: Signer): GatewayScene {
  const [owner, client] = [`j${index}`, `k${index}`];
  const rule = (_: unknown, at: number): Json => ({
    match: Array.from({ length: from.number(1, 2) }, () => match(from)),
    directResponse: { status: 210 + at },
  });
  const http = { port: { number: GATE.http, name: "http", protocol: "HTTP" }, hosts: ["*"] };
  const last = from.is(0.5) ? [{ directResponse: { status: 209 } }] : [];
  return {
    ...{ owner, client, api: false, ip: `127.34.${index >> 7}.${(index & 127) + 1}`, routes: [] },
    labels: { app: "gate", gate: client },
    policies: [
      { kind: "Gateway", namespace: client, name: "g", spec: { selector: { gate: client }, servers: [http] } },
      {
        ...{ kind: "VirtualService", namespace: owner, name: "m" },
        spec: {
          ...{ hosts: ["*"], gateways: [`${client}/g`] },
          http: [...Array.from({ length: from.number(2, 5) }, rule), ...last],
        },
      },
    ],
    authentication: from.is(0.9) ? [authentication(from, client, keys)] : [],
  };
}

function authentication(from: Chance, client: string, keys: Signer): Wanted {
  const { spec, ...rest } = requestAuthentication(from, client, "", "r", keys);
  return { ...rest, spec: { ...spec, selector: { matchLabels: { gate: client } } } };
}

/** What the gateway makes of a call's token. */
export function verified({ client: namespace, labels }: GatewayScene, { token }: Sent, all: readonly Manifest[]) {
  const own = all.filter(({ kind }) => kind === "RequestAuthentication");
  return readToken(attached(own, { kind: "gateway", namespace, labels }, ROOT), { protocol: "http", token });
}
