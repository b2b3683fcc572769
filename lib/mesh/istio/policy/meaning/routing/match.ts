/**
 * Whether a request meets an HTTPMatchRequest: all that it says must hold. Regular expressions aren't run: they come from outside,
 * and ours would backtrack where the proxy's (RE2) doesn't; but for those that take everything they are named as lacking.
 * https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest
 */
import type { JsonObject } from "#lib/policy/manifest.ts";
import { has, isObject, mapAt, numberAt, objectAt, textAt, textsAt } from "../../routing/json.ts";
import { factAt, type Token } from "../authorization/facts.ts";
import { type Normalization, readAs } from "../paths.ts";
import { every, lacking, not, type Truth } from "../truth.ts";
import { claimFits, claimOf } from "./claims.ts";

/** A request as its client's proxy sees it. Absent: not known; null: not there. */
export interface RequestFacts {
  readonly method?: string;
  readonly path?: string;
  /** How the client's proxy normalizes paths: a setting of the mesh. */
  readonly normalization?: Normalization;
  readonly scheme?: string;
  /** The Host header. */
  readonly authority?: string;
  /** By lower-case name. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly query?: Readonly<Record<string, string | null>>;
  /** The JWT that the proxy which routes it has verified; null: none, or it verifies none. */
  readonly token?: Token | null;
}

export interface Caller {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Of the service that is called. */
  readonly port: number;
  /** Gateways (`namespace/name`) that its proxy stands for; absent: none, a proxy of the mesh. */
  readonly gateways?: readonly string[];
}

const MESH: readonly string[] = ["mesh"];

/**
 * Whether matches that must all hold (a delegate's last) are for this client at all: istiod leaves the others out of what it pushes.
 * Where one names gateways, the labels and namespace aren't looked at. (TranslateRoute in pilot/pkg/networking/core/route/route.go)
 */
export function concerns(matches: readonly JsonObject[], caller: Caller): boolean {
  const ports = matches.map((match) => numberAt(match, "port"));
  if (!ports.every((port) => !port || port === caller.port)) return false;
  const gateways = matches.map((match) => textsAt(match, "gateways")).findLast((names) => names.length > 0);
  if (gateways !== undefined) return gateways.some((name) => (caller.gateways ?? MESH).includes(name));
  return matches.every((match) => {
    const namespace = textAt(match, "sourceNamespace");
    const labels = Object.entries(mapAt(match, "sourceLabels"));
    return (
      (!namespace || namespace === caller.namespace) && labels.every(([key, value]) => caller.labels[key] === value)
    );
  });
}

/** What is asked of the request itself. To `withoutHeaders` a header that isn't there is an empty one. (TranslateRouteMatch) */
export function meets(match: JsonObject, request: RequestFacts): Truth {
  const caseless = match["ignoreUriCase"] === true;
  const { path, normalization } = request;
  const uri = objectAt(match, "uri");
  const ofPath = (bare: string | undefined) => text(uri, bare, "the path", caseless);
  const maps = (key: string, from: RequestFacts["headers"], what: string): Truth[] =>
    Object.entries(objectAt(match, key)).map(([name, given]) => {
      const claim = key === "queryParams" ? null : claimOf(name);
      if (claim !== null) return claimFits(claim, isObject(given) ? given : {}, request.token);
      const value = isObject(given) && textAt(given, "regex") !== PRESENT ? given : {};
      const fact = factAt(from, key === "queryParams" ? name : name.toLowerCase());
      const asEmpty =
        fact === null && key === "withoutHeaders" && ["exact", "prefix", "regex"].some((one) => has(value, one));
      return text(value, asEmpty ? "" : fact, `${what} ${name}`, false);
    });
  return every([
    !has(match, "uri") || (path === undefined ? ofPath(path) : readAs(path, normalization, ofPath)),
    !has(match, "scheme") || text(objectAt(match, "scheme"), request.scheme, "the scheme", false),
    !has(match, "method") || text(objectAt(match, "method"), request.method, "the method", false),
    !has(match, "authority") || text(objectAt(match, "authority"), request.authority, "the host", false),
    ...maps("headers", request.headers, "header"),
    ...maps("withoutHeaders", request.headers, "header").map(not),
    ...maps("queryParams", request.query, "query parameter"),
  ]);
}

/** Of a header or parameter: no expression, but that it is there. (canBeConvertedToPresentMatch) */
const PRESENT = "*";
const ALL: ReadonlySet<string> = new Set([".*", "^.*$", "^.*", ".*$"]);

/** A StringMatch; an empty one asks that the text is there. */
function text(match: JsonObject, fact: string | null | undefined, name: string, caseless: boolean): Truth {
  if (fact === undefined) return lacking(name);
  if (fact === null) return false;
  const fold = (it: string) => (caseless ? it.toLowerCase() : it);
  const [exact, prefix, regex] = ["exact", "prefix", "regex"].map((key) => textAt(match, key));
  if (exact) return fold(fact) === fold(exact);
  if (prefix) return fold(fact).startsWith(fold(prefix));
  if (regex) return ALL.has(regex) || lacking(`whether ${regex.slice(0, 80)} fits ${name}`);
  return true;
}
