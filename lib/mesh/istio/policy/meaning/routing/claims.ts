/**
 * Matches on what a verified JWT says: `@request.auth.claims.group.id`, or with brackets. Only a proxy that verifies tokens of the calls
 * that it routes knows them, which is a gateway. A claim is a text or a list of texts, of which one has to fit.
 * https://istio.io/latest/docs/tasks/security/authentication/jwt-route/, ToRoutingClaim in istio's pkg/jwt/routing.go,
 * translateMetadataMatch in pilot/pkg/networking/core/route/route.go
 */
import type { JsonObject } from "#lib/policy/manifest.ts";
import { has, textAt } from "../../routing/json.ts";
import { factAt, type Token } from "../authorization/facts.ts";
import { lacking, some, type Truth } from "../truth.ts";
import { type Fits, taken } from "./expression.ts";

const HEADER = "@request.auth.claims";

/** The claim that a header's name asks for, nested ones with `][` between, as facts name them; null: it is a header. */
export function claimOf(header: string): string | null {
  if (!header.slice(0, HEADER.length).toLowerCase().startsWith(HEADER)) return null;
  const name = header.slice(HEADER.length);
  if (name.startsWith(".") && name.length > 1) return name.slice(1).split(".").join("][");
  return name.startsWith("[") && name.endsWith("]") && name.length > 2 ? name.slice(1, -1) : null;
}

interface Claiming {
  /** The one that the proxy has verified; null: none, or nobody verifies it there. Absent: not known. */
  readonly token?: Token | null;
  readonly fits?: Fits;
}

export function claimFits(claim: string, match: JsonObject, { token, fits }: Claiming): Truth {
  if (token === null) return false;
  if (token === undefined) return lacking("the JWT's claims");
  const name = `the JWT's claim ${claim}`;
  const values = valuesOf(claim, token);
  if (values === undefined) return lacking(name);
  return values === null ? false : some(values.map((value) => takes(value, match, name, fits)));
}

function valuesOf(claim: string, token: Token): readonly string[] | null | undefined {
  const one = (text: string | null | undefined) => (text == null ? text : [text]);
  const given = factAt(token.claims, claim);
  if (given !== undefined) return given;
  switch (claim) {
    case "iss":
      return one(token.issuer);
    case "sub":
      return one(token.subject);
    case "azp":
      return one(token.presenter);
    case "aud":
      return token.audiences;
    default:
      return undefined;
  }
}

/** To a claim a regex of `*` isn't presence, as it is to a header. */
function takes(value: string, match: JsonObject, name: string, fits: Fits | undefined): Truth {
  const [exact, prefix, regex] = ["exact", "prefix", "regex"].map((key) => textAt(match, key));
  if (typeof exact === "string" && has(match, "exact")) return value === exact;
  if (prefix) return value.startsWith(prefix);
  if (regex) return taken(regex, value, name, fits);
  return lacking(`what a match of ${name} that asks for nothing does`);
}
