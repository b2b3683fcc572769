/** JWTs that tests sign, and what they say: keys of two issuers that RequestAuthentications trust, and of one that none does. */
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { Token, TokenPlace } from "#lib/mesh/istio/policy/meaning/authorization/facts.ts";
import type { JsonObject } from "#lib/policy/manifest.ts";
import type { Chance } from "./chance.ts";

export const ISSUERS = ["https://one.example", "https://two.example/realm"] as const;
const FOREIGN = "https://other.example";
/** What a RequestAuthentication for this issuer asks for; the others ask for none. */
export const AUDIENCES: Readonly<Record<string, readonly string[]>> = { [ISSUERS[1]]: ["shop", "api"] };

export const REQUEST_PRINCIPALS = [
  ...[
    "*",
    `${ISSUERS[0]}/ann`,
    `${ISSUERS[0]}/*`,
    "*/ann",
    `${ISSUERS[1]}/bob`,
    `${ISSUERS[1]}/*`,
    "https://*",
    "*bob",
  ],
  ...[ISSUERS[0], `${FOREIGN}/ann`],
];
export const AUDIENCE_VALUES = ["shop", "api", "sh*", "*", "else"];
export const PRESENTER_VALUES = ["web-client", "web*", "*", "cli"];
/** Claims by the name that `when` has between its brackets, with values to ask for. */
export const CLAIM_VALUES: Readonly<Record<string, readonly string[]>> = {
  role: ["admin", "dev", "adm*", "*", "*ev"],
  "realm][role": ["admin", "dev", "*"],
  scope: ["read", "write", "re*", "*"],
};

const header = (name: string, before: string): TokenPlace => ({ kind: "header", name, before });
const BEARER = header("authorization", "Bearer ");
/** Of tokens. Rules look there by prefixes of these, and by others. */
const PLACES: readonly TokenPlace[] = [
  ...[header("x-jwt", ""), header("x-jwt", "Token "), header("X-JWT", "by Token  "), header("authorization", "")],
  { kind: "param", name: "access_token" },
  { kind: "param", name: "jwt" },
  { kind: "cookie", name: "session" },
];
const PREFIXES: Readonly<Record<string, readonly string[]>> = {
  "x-jwt": ["", "Token ", "Token", "by"],
  authorization: ["", "Bearer "],
};

/** Where a rule looks; by default where it always does. */
export function somewhere(from: Chance): JsonObject {
  if (from.is(0.5)) return {};
  const names = from.some(Object.keys(PREFIXES), 0, 2);
  const fromHeaders = names.map((name) => {
    const prefix = from.of(PREFIXES[name] ?? []);
    return { name, ...(prefix !== "" && { prefix }) };
  });
  const [fromParams, fromCookies] = [from.some(["access_token", "jwt"], 0, 2), from.some(["session"], 0, 1)];
  return {
    ...(fromHeaders.length > 0 && { fromHeaders }),
    ...(fromParams.length > 0 && { fromParams }),
    ...(fromCookies.length > 0 && { fromCookies }),
    ...(from.is(0.5) && { forwardOriginalToken: true }),
  };
}

export interface Sent {
  /** Those that carry it. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of the query, null: none. */
  readonly query: string | null;
  readonly token: Token | null;
}

export const withQuery = (path: string, query: string | null): string =>
  query === null ? path : `${path}${path.includes("?") ? "&" : "?"}${query}`;

/** As it is printed: tokens are new in every run. */
export const withoutTokens = (sent: object): string => JSON.stringify(sent).replaceAll(/eyJ[\w.-]+/g, "…");

function carried(place: TokenPlace, text: string, token: Token): Sent {
  const sent = { headers: {}, query: null, token: { ...token, place } };
  if (place.kind === "param") return { ...sent, query: `${place.name}=${text}` };
  const { kind, name, before = "" } = place;
  return { ...sent, headers: kind === "cookie" ? { cookie: `a=b; ${name}=${text}` } : { [name]: before + text } };
}

export interface Signer {
  /** JWKS of an issuer, as RequestAuthentications hold them. */
  readonly jwks: (issuer: string) => string;
  readonly token: (from: Chance) => Promise<Sent>;
}

/** The keys are new in every run: nothing depends on them. `now`: unix seconds. */
export async function signer(now: number): Promise<Signer> {
  const keys = new Map<string, { readonly privateKey: CryptoKey; readonly jwks: string }>();
  for (const issuer of [...ISSUERS, FOREIGN]) {
    const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
    const key = { ...(await exportJWK(publicKey)), kid: issuer, alg: "ES256", use: "sig" };
    keys.set(issuer, { privateKey, jwks: JSON.stringify({ keys: [key] }) });
  }
  const keyOf = (issuer: string) => {
    const key = keys.get(issuer);
    if (key === undefined) throw new Error(`no key of ${issuer}`);
    return key;
  };
  return {
    jwks: (issuer) => keyOf(issuer).jwks,
    async token(from) {
      if (from.is(0.3)) return { headers: {}, query: null, token: null };
      const place = from.is(0.65) ? BEARER : from.of(PLACES);
      if (from.is(0.05)) return carried(place, "not.a.token", { valid: false, issuer: "", subject: null });
      const issuer = from.is(0.1) ? FOREIGN : from.of(ISSUERS);
      const expired = from.is(0.08);
      const subject = from.is(0.1) ? null : from.of(["ann", "bob"]);
      const audiences = from.some(["shop", "else"], 0, 2);
      // Envoy doesn't look at the signature of what is for somebody else: which of the two answers it gives isn't told apart.
      const wanted = AUDIENCES[issuer];
      const meant = wanted === undefined || audiences.some((each) => wanted.includes(each));
      const forged = meant && from.is(0.08);
      const presenter = from.is(0.4) ? from.of(["web-client", "cli"]) : null;
      const role = from.is(0.6) ? from.some(["admin", "dev"], 1, 2) : null;
      const nested = from.is(0.4) ? from.of(["admin", "dev"]) : null;
      const scope = from.is(0.4) ? from.some(["read", "write"], 1, 2) : null;
      const payload = {
        ...(presenter !== null && { azp: presenter }),
        // One value may stand for itself, several are a list.
        ...(role !== null && { role: role.length === 1 ? role[0] : role }),
        ...(nested !== null && { realm: { role: nested } }),
        ...(scope !== null && { scope: scope.join(" ") }),
      };
      const jwt = new SignJWT(payload)
        .setProtectedHeader({ alg: "ES256", kid: issuer })
        .setIssuer(issuer)
        .setIssuedAt(now - 7200)
        .setExpirationTime(expired ? now - 3600 : now + 86_400);
      if (subject !== null) jwt.setSubject(subject);
      if (audiences.length > 0) jwt.setAudience(audiences.length === 1 ? (audiences[0] ?? "") : [...audiences]);
      const text = await jwt.sign(keyOf(forged ? otherThan(issuer) : issuer).privateKey);
      return carried(place, text, {
        ...{ valid: !expired && !forged, issuer, subject, audiences, presenter },
        claims: {
          role,
          "realm][role": nested === null ? null : [nested],
          scope: scope && [scope.join(" ")],
          none: null,
        },
      });
    },
  };
}

const otherThan = (issuer: string): string => (issuer === ISSUERS[0] ? ISSUERS[1] : ISSUERS[0]);
