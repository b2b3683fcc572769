/**
 * Whether a request meets an HTTPMatchRequest: all that it says must hold.
 * https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest
 */
import type { JsonObject } from "#lib/policy/manifest.ts";
import { has, isObject, mapAt, numberAt, objectAt, textAt, textsAt } from "../../routing/json.ts";
import { factAt, type Token } from "../authorization/facts.ts";
import { type Normalization, readAs } from "../paths.ts";
import { every, lacking, not, type Truth } from "../truth.ts";
import { claimFits, claimOf } from "./claims.ts";
import { type Fits, taken } from "./expression.ts";

/** A request as its client's proxy sees it. Absent: not known; null: not there. */
export interface RequestFacts {
  readonly method?: string;
  readonly path?: string;
  /** The path is as it was sent, with its query: a parameter that it doesn't hold isn't there. */
  readonly withQuery?: true;
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
  /** What decides on regular expressions, for all requests of one question. Absent: each is decided on by itself. */
  readonly fits?: Fits;
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
  const { path, normalization, fits } = request;
  const uri = objectAt(match, "uri");
  const ofPath = (bare: string | undefined) => text(uri, bare, "the path", { caseless, fits });
  const one = (key: string, fact: string | undefined, what: string): Truth =>
    !has(match, key) || text(orPresent(match[key]), fact, what, { fits });
  const headers = (key: "headers" | "withoutHeaders"): Truth[] =>
    Object.entries(objectAt(match, key)).map(([name, given]) => {
      const claim = claimOf(name);
      if (claim !== null) return claimFits(claim, isObject(given) ? given : {}, request);
      const value = orPresent(given);
      const fact = factAt(request.headers, name.toLowerCase());
      const asEmpty = fact === null && key === "withoutHeaders" && KINDS.some((kind) => has(value, kind));
      return text(value, asEmpty ? "" : fact, `header ${name}`, { fits });
    });
  return every([
    !has(match, "uri") || (path === undefined ? ofPath(path) : readAs(path, normalization, ofPath)),
    one("scheme", request.scheme, "the scheme"),
    one("method", request.method, "the method"),
    one("authority", request.authority, "the host"),
    ...headers("headers"),
    ...headers("withoutHeaders").map(not),
    ...Object.entries(objectAt(match, "queryParams")).map(([name, given]) =>
      text(orPresent(given), parameterAt(request, name), `query parameter ${name}`, { fits }),
    ),
  ]);
}

/** The first of its name, as it is written: Envoy decodes none. What it makes of a fragment isn't worked out. (parseQueryString) */
function parameterAt({ query, path, withQuery }: RequestFacts, name: string): string | null | undefined {
  const known = factAt(query, name);
  if (known !== undefined || withQuery !== true || path === undefined || path.includes("#")) return known;
  const at = path.indexOf("?");
  const parts = at < 0 ? [] : path.slice(at + 1).split("&");
  const found = parts.find((part) => part === name || part.startsWith(`${name}=`));
  return found === undefined ? null : found.slice(name.length + 1);
}

const KINDS = ["exact", "prefix", "regex"] as const;

/** Of all but paths and claims `*` is no expression, but that it is there. (canBeConvertedToPresentMatch) */
const orPresent = (match: unknown): JsonObject => (isObject(match) && textAt(match, "regex") !== "*" ? match : {});

interface Reading {
  readonly caseless?: boolean;
  readonly fits: Fits | undefined;
}

/** A StringMatch; one that says nothing asks that the text is there. Case counts in expressions, whatever `ignoreUriCase` says. */
function text(match: JsonObject, fact: string | null | undefined, name: string, { caseless, fits }: Reading): Truth {
  if (fact === undefined) return lacking(name);
  if (fact === null) return false;
  const fold = (it: string) => (caseless === true ? it.toLowerCase() : it);
  const [exact, prefix, regex] = KINDS.map((key) => textAt(match, key));
  if (typeof exact === "string") return fold(fact) === fold(exact);
  if (prefix) return fold(fact).startsWith(fold(prefix));
  return typeof regex === "string" ? taken(regex, fact, name, fits) : true;
}
