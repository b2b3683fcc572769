/**
 * Where a rule of a RequestAuthentication looks for tokens: where it says, else in `Authorization: Bearer` and `?access_token=`.
 * https://istio.io/latest/docs/reference/config/security/request_authentication/#JWTRule, ExtractorImpl in Envoy's jwt_authn/extractor.cc
 */
import type { JsonObject } from "#lib/policy/manifest.ts";
import { listAt, textAt, textsAt } from "../../routing/json.ts";
import type { TokenPlace } from "./facts.ts";

export interface Places {
  /** It says where. */
  readonly elsewhere: boolean;
  /** By lower-case name; `prefix` empty: the value whole. */
  readonly headers: readonly { readonly name: string; readonly prefix: string }[];
  readonly params: readonly string[];
  readonly cookies: readonly string[];
}

const USUAL: Places = {
  ...{ elsewhere: false, headers: [{ name: "authorization", prefix: "Bearer " }] },
  ...{ params: ["access_token"], cookies: [] },
};

export function placesOf(rule: JsonObject): Places {
  const headers = listAt(rule, "fromHeaders").map((each) => ({
    name: (textAt(each, "name") ?? "").toLowerCase(),
    prefix: textAt(each, "prefix") ?? "",
  }));
  const [params, cookies] = [textsAt(rule, "fromParams"), textsAt(rule, "fromCookies")];
  const elsewhere = headers.length + params.length + cookies.length > 0;
  return elsewhere ? { elsewhere, headers, params, cookies } : USUAL;
}

/** `perhaps`: depends on the token's own text, which isn't known. */
export type Found = "token" | "other" | "nothing" | "perhaps";

/**
 * What a rule finds of a token at its place: the token, a text that is none, or nothing. A prefix may stand anywhere in a header's
 * value, in the token too; after it all is left out up to the first character that a token may have. All that is found has to be good.
 */
export function sees(places: Places, { kind, name, before = "" }: TokenPlace): Found {
  if (kind !== "header") {
    return (kind === "param" ? places.params : places.cookies).includes(name) ? "token" : "nothing";
  }
  const found = new Set(
    places.headers.filter((each) => each.name === name.toLowerCase()).map(({ prefix }) => readAfter(prefix, before)),
  );
  return (["other", "perhaps", "token"] as const).find((each) => found.has(each)) ?? "nothing";
}

function readAfter(prefix: string, before: string): Found {
  if (prefix === "") return before === "" ? "token" : "other";
  const at = before.indexOf(prefix);
  if (at >= 0) return OF_TOKENS.test(before.slice(at + prefix.length)) ? "other" : "token";
  // It may begin in what stands before the token, and end in that.
  const [inside = ""] = /[\w.-]*$/.exec(prefix) ?? [];
  const open = Array.from(inside, (_, n) => prefix.slice(0, prefix.length - n - 1));
  return open.some((head) => before.endsWith(head)) ? "perhaps" : "nothing";
}

const OF_TOKENS = /[\w.-]/;
