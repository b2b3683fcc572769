/**
 * Forms of texts that Istio's webhook takes: names, hosts, addresses, labels, headers and durations. The functions named here are of
 * Istio's pkg/config/labels, pkg/config/validation and its folder agent. Each is linear in the text, which comes from outside.
 */
import { parseAddress } from "../meaning/authorization/address.ts";
import type { JsonObject } from "../routing/json.ts";

const LABEL = /^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$/;
const LONGEST_LABEL = 63;
export const LONGEST_HOST = 255;

/** (IsDNS1123Label, which takes capitals) */
export const isLabel = (text: string): boolean => text.length <= LONGEST_LABEL && LABEL.test(text);

/** (IsWildcardDNS1123Label) `*`, or a label behind `*` or `*-`. */
const isWildLabel = (text: string): boolean =>
  text.length <= LONGEST_LABEL && (text === "*" || LABEL.test(text.replace(/^\*-?/, "")));

/** (ValidateDNS1123Labels) Labels with dots between; a dot may be last, and no top level domain is a number. */
function isDomain(text: string): boolean {
  const parts = text.split(".");
  if (/^\d{1,18}$/.test(parts.at(-1) ?? "")) return false;
  return parts.every((each, i) => (each === "" ? i === parts.length - 1 : isLabel(each)));
}

/** (CheckDNS1123Preconditions) */
const hasLength = (text: string): boolean => text.length > 0 && text.length <= LONGEST_HOST;

/** (ValidateFQDN) A name without wildcards, short ones too. */
export const isName = (text: string): boolean => hasLength(text) && isDomain(text);

/** (ValidateWildcardDomain) The same, where the first label may be a wildcard. */
export function isHost(text: string): boolean {
  const dot = text.indexOf(".");
  if (!hasLength(text)) return false;
  return dot < 0 ? isWildLabel(text) : isWildLabel(text.slice(0, dot)) && isDomain(text.slice(dot + 1));
}

/** (ValidateWildcardDomainForVirtualServiceBoundToGateway) Where server names are matched, Istio's own between networks too. */
export function isGatewayHost(text: string, sni: boolean): boolean {
  if (!sni || !text.startsWith("outbound_") || !hasLength(text)) return isHost(text);
  const parts = text.split("_");
  return parts.length > 3 && /\d/.test(parts[1] ?? "") && /[a-zA-Z]/.test(parts[3] ?? "");
}

/** Whether one of these hosts takes in another. (SubsetOf in Istio's pkg/config/host) */
export function hostsTaking(hosts: readonly string[]): (host: string) => boolean {
  const exact = new Set(hosts);
  const ends = new Set(hosts.flatMap((each) => (each.startsWith("*") ? [each.slice(1)] : [])));
  return (host) => {
    if (exact.has(host)) return true;
    // A host has a bounded length, hosts may be many.
    for (let from = host.startsWith("*") ? 1 : 0; from <= Math.min(host.length, LONGEST_HOST); from += 1)
      if (ends.has(host.slice(from))) return true;
    return false;
  };
}

/** (netip.ParseAddr) IPv6 may name a zone. */
export const isAddress = (text: string): boolean =>
  parseAddress(text.includes(":") ? text.replace(/%[^%]+$/, "") : text) !== null;

/** (netip.ParsePrefix) */
function isRange(text: string): boolean {
  const [address = "", bits = "", ...more] = text.split("/");
  if (more.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(bits)) return false;
  return parseAddress(address) !== null && Number(bits) <= (address.includes(":") ? 128 : 32);
}

/** (ValidateIPSubnet) An address or a range of them. */
export const isSubnet = (text: string): boolean => (text.includes("/") ? isRange(text) : isAddress(text));

export const UNIX = "unix://";

/** (ValidateUnixAddress) What follows `unix://`: an absolute path of a file, or an abstract socket behind @. */
export const isSocket = (text: string): boolean =>
  text.startsWith("@") || (text.startsWith("/") && !text.endsWith("/"));

const QUALIFIED = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

/** (validateTagKey) */
function isLabelKey(key: string): boolean {
  const slash = key.indexOf("/");
  const [prefix, name] = slash < 0 ? [null, key] : [key.slice(0, slash), key.slice(slash + 1)];
  if (name.length > LONGEST_LABEL || !QUALIFIED.test(name)) return false;
  return prefix === null || (prefix.length <= 253 && prefix.split(".").every((each) => LABEL.test(each)));
}

/** (Instance.Validate in Istio's pkg/config/labels) The first label whose key or value isn't one; null: all are. */
export function wrongLabel(labels: JsonObject): { readonly key: string; readonly part: "key" | "value" } | null {
  for (const [key, value] of Object.entries(labels)) {
    if (!isLabelKey(key)) return { key, part: "key" };
    if (typeof value === "string" && value !== "" && !QUALIFIED.test(value)) return { key, part: "value" };
  }
  return null;
}

/** https://httpwg.org/specs/rfc7230.html#header.fields, and the comma, as validHeaderNameRegex has it. */
const HEADER = /^[!#$%&'*+,\-.^_`|~A-Za-z0-9]+$/;
export const isHeader = (name: string): boolean => HEADER.test(name);

const PSEUDO: ReadonlySet<string> = new Set([":method", ":scheme", ":authority", ":path", ":status"]);

/** (ToRoutingClaim in Istio's pkg/jwt) `@request.auth.claims.group`, or the same in brackets. */
export const isClaim = (name: string): boolean => /^@request\.auth\.claims(\..|\[.+\]$)/is.test(name);

/** (ValidateHTTPHeaderNameOrJwtClaimRoute) What a match may name. */
export const isMatchedHeader = (name: string): boolean => isClaim(name) || PSEUDO.has(name) || isHeader(name);

const NS = { ns: 1, us: 1e3, µs: 1e3, μs: 1e3, ms: 1e6, s: 1e9, m: 6e10, h: 3.6e12 } as const;
const DURATION = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;
const PART = /(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/g;
const LONGEST_DURATION = 64;
const MILLISECOND = 1_000_000n;
const SECOND = 1_000_000_000n;

/** Nanoseconds of a text as Go reads it (time.ParseDuration, digits below them dropped); null: it is none; undefined: too long to be looked at. */
function nanoseconds(text: string): bigint | null | undefined {
  if (text.length > LONGEST_DURATION) return undefined;
  if (/^[+-]?0$/.test(text)) return 0n;
  const found = DURATION.exec(text);
  if (found === null) return null;
  let sum = 0n;
  for (const [, whole = "", rest = "", unit = "ns"] of (found[2] ?? "").matchAll(PART)) {
    const size = BigInt(NS[unit as keyof typeof NS]);
    sum += BigInt(whole === "" ? 0 : whole) * size;
    if (rest !== "") sum += (BigInt(rest) * size) / 10n ** BigInt(rest.length);
  }
  if (sum > 2n ** 63n - 1n) return null;
  return found[1] === "-" ? -sum : sum;
}

/** Whether Go reads a text as a duration; of a long one nothing is said. */
export const isDuration = (text: string): boolean => nanoseconds(text) !== null;

/** Whether it is a duration of less than a millisecond, which some fields take for none. */
export function isNoTime(value: unknown): boolean {
  const ns = typeof value === "string" ? nanoseconds(value) : null;
  return typeof ns === "bigint" && ns < MILLISECOND && ns > -MILLISECOND;
}

/** (ValidateDuration) What is wrong with a duration; null: nothing, or it isn't said. `whole`: it counts seconds alone. */
export function durationProblem(value: unknown, whole = false): string | null {
  if (value === undefined || value === null) return null;
  const ns = typeof value === "string" ? nanoseconds(value) : null;
  if (ns === undefined) return null;
  if (ns === null) return `${JSON.stringify(value).slice(0, 60)} is no duration like 500ms or 1.5s.`;
  if (ns < MILLISECOND) return "A duration is a millisecond or more.";
  if (ns % MILLISECOND !== 0n) return "Nothing below a millisecond is told apart.";
  return whole && ns % SECOND !== 0n ? "It counts whole seconds." : null;
}

/** The first element that stands in a list before, by its index; -1: none does. */
export function repeated(list: readonly string[]): number {
  const before = new Set<string>();
  return list.findIndex((each) => before.size === before.add(each).size);
}
