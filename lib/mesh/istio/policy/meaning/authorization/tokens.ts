/**
 * What RequestAuthentications make of a call's JWT. They only verify: a call without a token passes, one with a token that can't
 * be verified is answered 401; what a verified one says can then be asked for by AuthorizationPolicies.
 * https://istio.io/latest/docs/reference/config/security/request_authentication/
 */
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { listAt, textAt, textsAt } from "../../routing/json.ts";
import { lacking, not, some, type Truth } from "../truth.ts";
import type { CallFacts, Token } from "./facts.ts";
import { type Places, placesOf, sees } from "./token-places.ts";

interface JwtRule {
  readonly policy: Manifest;
  readonly path: Segments;
  readonly issuer: string | null;
  /** The token must be for one of them; none: for whomever. */
  readonly audiences: readonly string[];
  readonly looks: Places;
  /** The request keeps the token. */
  readonly forwards: boolean;
  /** Headers that the proxy writes itself of what a token says, and that nobody else may. */
  readonly writes: readonly string[];
  /** Claims of which a text is read as the list of its words. */
  readonly spaced: ReadonlySet<string>;
}

export interface TokenReading {
  readonly refused: Truth;
  /** A token for somebody else is forbidden, every other that isn't good unauthorized; null: rules see it differently. */
  readonly answer: "401" | "403" | null;
  /** The object that refuses it, or may. */
  readonly by: Pick<JwtRule, "policy" | "path" | "forwards"> | null;
  /** As AuthorizationPolicies see it: undefined where that isn't known, null where there is none or nobody looked at it. */
  readonly token: Token | null | undefined;
  /** As all that comes after sees them: without the token, unless its rule forwards it. */
  readonly headers: CallFacts["headers"];
}

type Read = Omit<TokenReading, "headers">;

/** `policies`: those that count at the proxy. */
export function readToken(policies: readonly Manifest[], facts: CallFacts): TokenReading {
  const rules = rulesOf(policies);
  const read = readBy(rules, facts);
  if (facts.headers === undefined || facts.protocol === "tcp") return { ...read, headers: facts.headers };
  const known = facts.headers;
  const without = rules.flatMap(({ writes }) => writes);
  // Whether there is one isn't known, or which: each header that may have carried it may be gone.
  const place = read.token?.place;
  const gone = read.token === null ? [] : rules.flatMap(({ forwards, looks }) => (forwards ? [] : looks.headers));
  const open = new Set([...without, ...(place === undefined ? gone.map(({ name }) => name) : [])]);
  const removed = place?.kind === "header" && read.by !== null && !read.by.forwards ? place.name.toLowerCase() : null;
  const left = Object.entries(known).filter(([name, value]) => value === null || !open.has(name));
  return { ...read, headers: { ...Object.fromEntries(left), ...(removed !== null && { [removed]: null }) } };
}

function rulesOf(policies: readonly Manifest[]): readonly JwtRule[] {
  return policies.flatMap((policy) =>
    listAt(policy.spec, "jwtRules").map(
      (rule, index): JwtRule => ({
        policy,
        path: ["spec", "jwtRules", index],
        issuer: textAt(rule, "issuer"),
        audiences: textsAt(rule, "audiences"),
        spaced: new Set([...SPACED, ...textsAt(rule, "spaceDelimitedClaims")]),
        looks: placesOf(rule),
        forwards: rule["forwardOriginalToken"] === true,
        writes: [textAt(rule, "outputPayloadToHeader"), ...listAt(rule, "outputClaimToHeaders").map(headerOf)].flatMap(
          (name) => (name === null ? [] : [name.toLowerCase()]),
        ),
      }),
    ),
  );
}

const headerOf = (claim: JsonObject): string | null => textAt(claim, "header");

function readBy(rules: readonly JwtRule[], facts: CallFacts): Read {
  const [first] = rules;
  const base = { answer: "401", by: first ?? null } as const;
  if (first === undefined || facts.protocol === "tcp") return { ...base, refused: false, by: null, token: null };
  const { token } = facts;
  if (token === undefined) return { ...base, refused: lacking("the JWT"), token };
  if (token === null) return { ...base, refused: false, by: null, token: null };
  if (token.issuer === undefined) return { ...base, refused: lacking("the JWT's issuer"), token };
  const { place, issuer } = token;
  const there = place === undefined ? rules : rules.filter(({ looks }) => sees(looks, place) !== "nothing");
  if (place !== undefined && there.some(({ looks }) => sees(looks, place) === "perhaps"))
    return { ...base, refused: lacking("whether a header’s prefix stands in the JWT"), token: undefined };
  // Where none of them looks nobody finds it.
  if (there.length === 0) return { ...base, refused: false, by: null, token: null };
  const own = there.filter((rule) => rule.issuer === issuer && (!place || sees(rule.looks, place) === "token"));
  const by = own.find((rule) => meant(rule, token) === true) ?? own[0];
  if (by === undefined) {
    // Nobody's issuer is refused where it is looked for.
    return place === undefined && rules.some(({ looks }) => looks.elsewhere)
      ? { ...base, refused: lacking("where the JWT is carried"), token: undefined }
      : { ...base, refused: true, token };
  }
  if (token.valid === false) return { ...base, refused: true, by, token };
  const foreign = not(meant(by, token));
  if (foreign === true) {
    // Whoever finds it goes by any rule for the issuer then. (findByIssuer in Envoy's jwt_authn/jwks_cache.cc)
    const others = rules.some((rule) => rule.issuer === issuer && !own.includes(rule));
    const misread = place !== undefined && there.some(({ looks }) => sees(looks, place) === "other");
    return others
      ? { ...base, refused: lacking("which of several rules for the JWT's issuer counts"), by, token: undefined }
      : { answer: misread ? null : "403", refused: true, by, token };
  }
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
