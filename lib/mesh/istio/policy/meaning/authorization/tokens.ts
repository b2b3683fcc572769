/**
 * What RequestAuthentications make of a call's JWT. They only verify: a call without a token passes, one with a token that can't
 * be verified is answered 401; what a verified one says can then be asked for by AuthorizationPolicies.
 * https://istio.io/latest/docs/reference/config/security/request_authentication/
 */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { has, listAt, textAt } from "../../routing/json.ts";
import { lacking, type Truth } from "../truth.ts";
import type { CallFacts, Token } from "./facts.ts";

interface JwtRule {
  readonly policy: Manifest;
  readonly path: Segments;
  readonly issuer: string | null;
  /** It looks for tokens elsewhere than in `Authorization: Bearer` and `?access_token=`. */
  readonly elsewhere: boolean;
}

export interface TokenReading {
  readonly refused: Truth;
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
        elsewhere: ["fromHeaders", "fromParams", "fromCookies"].some((key) => has(rule, key)),
      }),
    ),
  );
  const [first] = rules;
  if (first === undefined || facts.protocol === "tcp") return { refused: false, by: null, token: null };
  const { token } = facts;
  if (token === undefined) return { refused: lacking("the JWT"), by: first, token };
  if (token === null) return { refused: false, by: null, token: null };
  if (token.issuer === undefined) return { refused: lacking("the JWT's issuer"), by: first, token };
  const by = rules.find(({ issuer }) => issuer === token.issuer);
  if (by === undefined) {
    // Nobody's issuer is refused where it is looked for; where each rule looks isn't compared here.
    const place = lacking("where the JWT is carried");
    return rules.some(({ elsewhere }) => elsewhere)
      ? { refused: place, by: first, token: undefined }
      : { refused: true, by: first, token };
  }
  if (token.valid === undefined) return { refused: lacking("whether the JWT is valid"), by, token };
  return { refused: !token.valid, by, token };
}
