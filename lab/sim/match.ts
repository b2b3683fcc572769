/** Conditions of a route and whether a request meets them: https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest */
import { RE2JS } from "re2js";
import type { Json } from "../kube/object.ts";
import { isObject, labelsAt, numberAt, objectAt, selects, stringsAt, textAt } from "../kube/read.ts";

/** What a proxy knows of a request when it routes it. */
export interface Asked {
  readonly host: string;
  readonly path: string;
  readonly method: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly port: number | null;
}

/** Who asks, as far as conditions can tell. */
export interface Asker {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

export type TextTest = (value: string) => boolean;

export interface HttpMatch {
  readonly path: TextTest | null;
  readonly method: TextTest | null;
  readonly authority: TextTest | null;
  readonly headers: readonly {
    readonly name: string;
    readonly test: TextTest;
    readonly without: boolean;
    /** What a header that isn't there counts as. */
    readonly absent?: string;
  }[];
  readonly query: readonly { readonly name: string; readonly test: TextTest }[];
  readonly port: number | null;
  readonly gateways: readonly string[] | null;
  readonly sourceLabels: Readonly<Record<string, string>>;
  readonly sourceNamespace: string | null;
  /** A condition that this simulation doesn't know: never met, so that nothing is routed by half a condition. */
  readonly never: boolean;
}

const KNOWN = new Set([
  "uri",
  "method",
  "authority",
  "scheme",
  "headers",
  "withoutHeaders",
  "queryParams",
  "ignoreUriCase",
  "port",
  "gateways",
  "sourceLabels",
  "sourceNamespace",
  "name",
  "statPrefix",
]);

/** Istio takes no longer expressions, and RE2 no repetition of more, nested ones multiplied. */
const LONGEST = 1024;
const MOST_REPEATED = 1000;
/** What the largest one may come to once its repetitions are written out. */
const LARGEST = 200_000;

/**
 * A test that takes whole values, by RE2 as for Envoy: in linear time, whoever wrote the expression. One that isn't one, or is too
 * large, fits nothing.
 */
export function regexTest(source: string): TextTest {
  const counts = source.matchAll(/\{(\d+)(?:,(\d*))?\}/g);
  const product = counts.reduce((total, [, least, most]) => total * Math.max(1, Number(least), Number(most ?? 0)), 1);
  const nothing = () => false;
  if (source.length > LONGEST || source.length * Math.min(product, MOST_REPEATED) > LARGEST) return nothing;
  try {
    const regex = RE2JS.compile(source);
    return (value) => regex.testExact(value);
  } catch {
    return nothing;
  }
}

/** Istio's StringMatch; an empty one only asks that there is a value. */
function stringMatch(value: Json, fold: boolean): TextTest {
  const exact = textAt(value, "exact");
  const prefix = textAt(value, "prefix");
  const regex = textAt(value, "regex");
  const as = fold ? (text: string): string => text.toLowerCase() : (text: string): string => text;
  if (exact !== undefined) return (text) => as(text) === as(exact);
  if (prefix !== undefined) return (text) => as(text).startsWith(as(prefix));
  if (regex !== undefined) return regexTest(regex);
  return () => true;
}

/** Of headers and parameters `*` is no expression: it asks that they are there. https://github.com/istio/istio/pull/20629 */
const members = (value: Json, key: string): readonly [string, Json][] =>
  Object.entries(objectAt(value, key)).map(([name, test]) => [
    name,
    isObject(test) && textAt(test, "regex") !== "*" ? test : {},
  ]);

/** A VirtualService's `match` entry. `qualified` completes the names of gateways. */
export function readMatch(value: Json, qualified: (gateway: string) => string): HttpMatch {
  const one = (key: string, fold = false): TextTest | null =>
    isObject(value[key]) ? stringMatch(objectAt(value, key), fold) : null;
  const gateways = stringsAt(value, "gateways");
  const scheme = one("scheme");
  return {
    path: one("uri", value["ignoreUriCase"] === true),
    method: one("method"),
    authority: one("authority"),
    headers: [
      ...members(value, "headers").map(([name, test]) => ({
        name: name.toLowerCase(),
        test: stringMatch(test, false),
        without: false,
      })),
      ...members(value, "withoutHeaders").map(([name, test]) => ({
        name: name.toLowerCase(),
        test: stringMatch(test, false),
        without: true,
        // istiod has Envoy take a header that isn't there for an empty one, but where only its being there is asked.
        ...(Object.keys(test).length > 0 && { absent: "" }),
      })),
    ],
    query: members(value, "queryParams").map(([name, test]) => ({ name, test: stringMatch(test, false) })),
    port: numberAt(value, "port") ?? null,
    gateways: gateways.length > 0 ? gateways.map(qualified) : null,
    sourceLabels: labelsAt(value, "sourceLabels"),
    sourceNamespace: textAt(value, "sourceNamespace") ?? null,
    never: (scheme !== null && !scheme("http")) || Object.keys(value).some((key) => !KNOWN.has(key)),
  };
}

/** Are all conditions met? Which gateways a condition names has been looked at before. */
export function meets(match: HttpMatch, client: Asker, asked: Asked): boolean {
  if (match.never) return false;
  const [path = "", query = ""] = asked.path.split("?", 2);
  if (match.path !== null && !match.path(path)) return false;
  if (match.method !== null && !match.method(asked.method)) return false;
  if (match.authority !== null && !match.authority(asked.host)) return false;
  if (match.port !== null && match.port !== (asked.port ?? 80)) return false;
  if (match.sourceNamespace !== null && match.sourceNamespace !== client.namespace) return false;
  if (!selects(match.sourceLabels, client.labels)) return false;
  for (const { name, test, without, absent } of match.headers) {
    const value = asked.headers[name] ?? absent;
    if ((value !== undefined && test(value)) === without) return false;
  }
  // As they are written, the first of each name: Envoy decodes none.
  const given = query.split("&").map((part) => [part.split("=", 1)[0] ?? "", part] as const);
  return match.query.every(({ name, test }) => {
    const part = given.find(([each]) => each === name)?.[1];
    return part !== undefined && test(part.slice(name.length + 1));
  });
}
