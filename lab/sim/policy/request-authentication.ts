/** Whose tokens are verified, and what becomes of those that can't be. https://istio.io/latest/docs/reference/config/security/request_authentication/ */
import type { KubeObject } from "../../kube/object.ts";
import { listAt, stringsAt, textAt } from "../../kube/read.ts";
import { type Attachment, readAttachment } from "./attachment.ts";
import type { Claims, HttpFacts } from "./facts.ts";
import { readToken } from "./token.ts";

interface JwtRule {
  readonly issuer: string;
  /** Empty: any. */
  readonly audiences: readonly string[];
  readonly headers: readonly { readonly name: string; readonly prefix: string }[];
  readonly params: readonly string[];
  readonly cookies: readonly string[];
  /** Does the program get to see a verified token? */
  readonly forwards: boolean;
}

export interface RequestAuthentication extends Attachment {
  readonly rules: readonly JwtRule[];
}

const BEARER = { name: "authorization", prefix: "Bearer " };

export function readRequestAuthentication(object: KubeObject): RequestAuthentication {
  return {
    ...readAttachment(object),
    rules: listAt(object.spec, "jwtRules").map((rule) => {
      const headers = listAt(rule, "fromHeaders").map((from) => ({
        name: (textAt(from, "name") ?? "").toLowerCase(),
        prefix: textAt(from, "prefix") ?? "",
      }));
      const [params, cookies] = [stringsAt(rule, "fromParams"), stringsAt(rule, "fromCookies")];
      const usual = headers.length + params.length + cookies.length === 0;
      return {
        issuer: textAt(rule, "issuer") ?? "",
        audiences: stringsAt(rule, "audiences"),
        headers: usual ? [BEARER] : headers,
        params: usual ? ["access_token"] : params,
        cookies,
        forwards: rule["forwardOriginalToken"] === true,
      };
    }),
  };
}

export type Verified =
  | { readonly kind: "none" }
  | {
      readonly kind: "valid";
      readonly claims: Claims;
      /** Headers that the program doesn't get to see. */
      readonly consumed: readonly string[];
    }
  /** `reason` as Envoy writes it into the log. */
  | { readonly kind: "invalid"; readonly reason: string };

const NONE: Verified = { kind: "none" };

/** No token passes; one that one rule verifies passes; all else is refused. */
export function verify(rules: readonly JwtRule[], request: HttpFacts, atMs: number): Verified {
  let refused: Verified = NONE;
  for (const rule of rules)
    for (const { text, header } of carried(rule, request)) {
      const token = readToken(text);
      const reason = token === null ? "Jwt_is_not_in_the_form_of_Header.Payload.Signature" : fault(rule, token, atMs);
      if (token !== null && reason === null)
        return { kind: "valid", claims: token.claims, consumed: header === null || rule.forwards ? [] : [header] };
      refused = { kind: "invalid", reason: reason ?? "" };
    }
  return refused;
}

function* carried(rule: JwtRule, { headers, path }: HttpFacts): Iterable<{ text: string; header: string | null }> {
  for (const { name, prefix } of rule.headers) {
    const value = headers[name];
    if (value?.startsWith(prefix)) yield { text: value.slice(prefix.length), header: name };
  }
  if (rule.params.length > 0) {
    const query = new URLSearchParams(path.split("?", 2)[1]);
    for (const name of rule.params) for (const text of query.getAll(name)) yield { text, header: null };
  }
  for (const name of rule.cookies)
    for (const cookie of (headers["cookie"] ?? "").split(/; */))
      if (cookie.startsWith(`${name}=`)) yield { text: cookie.slice(name.length + 1), header: null };
}

/** What is wrong with a token; null: nothing. */
function fault(
  rule: JwtRule,
  token: { readonly claims: Claims; readonly signer: string },
  atMs: number,
): string | null {
  const { iss, aud, exp } = token.claims;
  if (iss !== rule.issuer) return "Jwt_issuer_is_not_configured";
  if (token.signer !== rule.issuer) return "Jwt_verification_fails";
  if (typeof exp === "number" && exp * 1000 <= atMs) return "Jwt_is_expired";
  const given: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (rule.audiences.length > 0 && !rule.audiences.some((each) => given.includes(each)))
    return "Audiences_in_Jwt_are_not_allowed";
  return null;
}
