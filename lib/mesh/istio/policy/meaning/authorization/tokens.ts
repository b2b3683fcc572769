/**
 * What RequestAuthentications make of a call's JWT. They only verify: a call without a token passes, one with a token that can't
 * be verified is answered 401; what a verified one says can then be asked for by AuthorizationPolicies.
 * https://istio.io/latest/docs/reference/config/security/request_authentication/
 */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { has, listAt, textAt, textsAt } from "../../routing/json.ts";
import { lacking, not, some, type Truth } from "../truth.ts";
import type { CallFacts, Token } from "./facts.ts";

interface JwtRule {
  readonly policy: Manifest;
  readonly path: Segments;
  readonly issuer: string | null;
  /** The token must be for one of them; none: for whomever. */
  readonly audiences: readonly string[];
  /** It looks for tokens elsewhere than in `Authorization: Bearer` and `?access_token=`. */
  readonly elsewhere: boolean;
  /** Claims of which a text is read as the list of its words. */
  readonly spaced: ReadonlySet<string>;
}

export interface TokenReading {
  readonly refused: Truth;
  /** A token for somebody else is forbidden, every other that isn't good unauthorized. */
  readonly answer: "401" | "403";
  /** The object that refuses it, or may. */
  readonly by: { readonly policy: Manifest; readonly path: Segments } | null;
  /** As AuthorizationPolicies see it: undefined where that isn't known, null where there is none or nobody looked at it. */
  readonly token: Token | null | undefined;
}

/** `policies`: those that count at the proxy. */
export function readToken(policies: readonly Manifest[], facts: CallFacts): TokenReading {
  const rules = policies.flatMap((policy) =>
    listAt(policy.spec, "jwtRules").map(
      (rule, index): JwtRule => ({
        policy,
        path: ["spec", "jwtRules", index],
        issuer: textAt(rule, "issuer"),
        audiences: textsAt(rule, "audiences"),
        spaced: new Set([...SPACED, ...textsAt(rule, "spaceDelimitedClaims")]),
        elsewhere: ["fromHeaders", "fromParams", "fromCookies"].some((key) => has(rule, key)),
      }),
    ),
  );
  const [first] = rules;
  const base = { answer: "401", by: first ?? null } as const;
  if (first === undefined || facts.protocol === "tcp") return { ...base, refused: false, by: null, token: null };
  const { token } = facts;
  if (token === undefined) return { ...base, refused: lacking("the JWT"), token };
  if (token === null) return { ...base, refused: false, by: null, token: null };
  if (token.issuer === undefined) return { ...base, refused: lacking("the JWT's issuer"), token };
  const by = rules.find(({ issuer }) => issuer === token.issuer);
  if (by === undefined) {
    // Nobody's issuer is refused where it is looked for; where each rule looks isn't compared here.
    const place = lacking("where the JWT is carried");
    return rules.some(({ elsewhere }) => elsewhere)
      ? { ...base, refused: place, token: undefined }
      : { ...base, refused: true, token };
  }
  if (token.valid === false) return { ...base, refused: true, by, token };
  const foreign = not(meant(by, token));
  if (foreign === true) return { answer: "403", refused: true, by, token };
  const bad = token.valid === undefined ? lacking("whether the JWT is valid") : false;
  return { ...base, refused: some([bad, foreign]), by, token: apart(token, by) };
}

/** Whatever a rule names beside them, which istiod reads from 1.28 on. (buildSpaceDelimitedClaims in pilot/pkg/security/authn) */
const SPACED = ["scope", "permission"];

/** As the proxy keeps what the token says: texts of some claims as lists. (setPayloadMetadata in Envoy's jwt_authn/authenticator.cc) */
function apart(token: Token, { spaced }: JwtRule): Token {
  if (token.claims === undefined) return token;
  const claims = Object.entries(token.claims).map(([name, values]) => {
    const [text, ...more] = values ?? [];
    const words = text === undefined || more.length > 0 ? [] : text.split(" ").filter(Boolean);
    return [name, spaced.has(name) && words.length > 0 ? words : values] as const;
  });
  return { ...token, claims: Object.fromEntries(claims) };
}

/**
 * Whether it is for one of those whom the rule takes. Envoy asks before it looks at the signature, and answers 403.
 * (jwt_verify_lib and source/extensions/filters/http/jwt_authn/authenticator.cc)
 */
function meant({ audiences }: JwtRule, token: Token): Truth {
  if (audiences.length === 0) return true;
  if (token.audiences === undefined) return lacking("the JWT's audiences");
  return token.audiences.some((each) => audiences.includes(each));
}
