/**
 * Paths as a proxy reads them: before rules are asked, they are normalized as the mesh's pathNormalization says, by default BASE.
 * https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ProxyPathNormalization-NormalizationType
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto
 */
import { every, isKnown, lacking, some, type Truth } from "./truth.ts";

export type Normalization = "NONE" | "BASE" | "MERGE_SLASHES" | "DECODE_AND_MERGE_SLASHES";
const ALL: readonly Normalization[] = ["NONE", "BASE", "MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES"];

/** Escapes of these say the same as the characters; RFC 3986, 2.3. */
const UNRESERVED = /^[A-Za-z0-9\-._~]$/;
const DOTS = /^\.\.?$/;
/** Those with a parameter (`..;x`) count as such where they are written so, not where decoding brings them forth. */
const WITH_PARAMETER = /(?<=\/)(\.\.?);[^/]*/g;
/** A `%` that escapes nothing, but would once what follows is decoded. */
const NESTED = /%(?![0-9a-f]{2})(?=(?:[0-9a-f]|%(?:3\d|[46][1-6])){2})/gi;

/** A path with its query. Paths that Envoy answers 400 (a fragment, %00) come back as something all the same. */
export function normalized(path: string, how: Normalization): string {
  if (how === "NONE") return path;
  const at = path.search(/[?#]/);
  const [whole, rest] = at < 0 ? [path, ""] : [path.slice(0, at), path.slice(at)];
  const decoded = how === "DECODE_AND_MERGE_SLASHES" ? whole.replace(/%2f/gi, "/").replace(/%5c/gi, "\\") : whole;
  const base = withoutDots(respelled(decoded));
  return (how === "BASE" ? base : merged(base)) + rest;
}

const respelled = (path: string): string =>
  path
    .replace(WITH_PARAMETER, "$1")
    .replaceAll("\\", "/")
    .replace(NESTED, "%25")
    .replace(/%([0-9a-f]{2})/gi, (escape, hex: string) => {
      const character = String.fromCharCode(Number.parseInt(hex, 16));
      return UNRESERVED.test(character) ? character : escape;
    })
    .replace(/[ "<>^`{|}]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);

/** RFC 3986, 5.2.4. An empty segment counts as one. */
function withoutDots(path: string): string {
  const segments = path.split("/").slice(1);
  const kept: string[] = [];
  for (const segment of segments) {
    if (segment === "..") kept.pop();
    else if (segment !== ".") kept.push(segment);
  }
  const open = DOTS.test(segments.at(-1) ?? "");
  return `/${kept.join("/")}${open && kept.length > 0 ? "/" : ""}`;
}

/** Nothing but slashes stays two of them: that is how Envoy does it. */
function merged(path: string): string {
  if (!path.includes("//")) return path;
  return `/${path.split("/").filter(Boolean).join("/")}${path.endsWith("/") ? "/" : ""}`;
}

/** A path as it is matched: without query and fragment. */
const bare = (path: string): string => path.split(/[?#]/, 1)[0] ?? "";

/** What holds of a path as it is read; where nobody knows how (undefined), only what holds in every way of reading it. */
export function readAs(path: string, how: Normalization | undefined, test: (bare: string) => Truth): Truth {
  const spellings = new Set((how === undefined ? ALL : [how]).map((each) => bare(normalized(path, each))));
  const truths = [...spellings].map(test);
  const [all, one] = [every(truths), some(truths)];
  if (isKnown(all) && all === one) return all;
  const lacks = truths.flatMap((each) => (isKnown(each) ? [] : each.lacks));
  return lacking(...(spellings.size > 1 ? ["how the mesh normalizes paths"] : []), ...lacks);
}
