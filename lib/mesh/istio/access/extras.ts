/**
 * What a form may hold beyond what tells who called: headers of the request, and whom the peer's certificate names. Pure.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage#command-operators
 */

export interface Extras {
  /** `spiffe://cluster.local/ns/shop/sa/web`; null: not told. */
  readonly identity: string | null;
  /** By lower-case name, as callers sent them, of several of one name the first. One that isn't there isn't told: `-` may be its value. */
  readonly headers: Readonly<Record<string, string>>;
  /** The path that its form writes is the one after a rewrite, where there was one. Absent: the one before. */
  readonly rewritten?: true;
}

export const IDENTITY = "DOWNSTREAM_PEER_URI_SAN";

/** The path before a rewrite; without one, and by `PATH` always, the path as it goes on. */
export const ORIGINAL_PATH = "REQ(X-ENVOY-ORIGINAL-PATH?:PATH)";
export const PATH = "REQ(:PATH)";

/** Proxies write these themselves, some of them once policies have decided. */
const OWN = /^(?:x-envoy-|x-b3-|b3$|traceparent$|tracestate$|host$)/;

/** Which header an operator writes, whole and without another in its place; null: none that callers send. */
export function headerOf(operator: string): string | null {
  const name = /^REQ\(([A-Z0-9_-]{1,128})\)$/.exec(operator)?.[1]?.toLowerCase();
  return name === undefined || OWN.test(name) ? null : name;
}

const VALUE = /^[\x20-\x7e]{1,4096}$/;
const SPIFFE = /^spiffe:\/\/[^\s",]{1,512}$/;

/** By operator, as a format reads a line. */
export function extrasOf(values: ReadonlyMap<string, string | null>): Extras {
  const identity = values.get(IDENTITY) ?? "";
  const headers = [...values].flatMap(([operator, value]): readonly (readonly [string, string])[] => {
    const name = headerOf(operator);
    return name === null || value === null || value === "-" || !VALUE.test(value) ? [] : [[name, value]];
  });
  return {
    ...{ identity: SPIFFE.test(identity) ? identity : null, headers: Object.fromEntries(headers) },
    ...(values.has(PATH) && !values.has(ORIGINAL_PATH) ? { rewritten: true } : {}),
  };
}

const NONE: Extras = { identity: null, headers: {} };

/** What all readings of one line say alike; what one of them may have rewritten may be. */
export function agreed([first = NONE, ...others]: readonly Extras[]): Extras {
  const { identity, headers } = first;
  const same = (name: string, value: string) => others.every((each) => each.headers[name] === value);
  return {
    identity: others.every((each) => each.identity === identity) ? identity : null,
    headers: Object.fromEntries(Object.entries(headers).filter(([name, value]) => same(name, value))),
    ...([first, ...others].some(({ rewritten }) => rewritten) ? { rewritten: true } : {}),
  };
}
