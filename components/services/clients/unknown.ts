import type { RoutingAnswer } from "#lib/policy/client-routing.ts";

/** Of what no proxy takes. */
export const PAST_ALL = "◣ Past every proxy, as it is sent: no rule counts, and nothing proves who calls.";

/** What becomes of calls to what a proxy doesn't know, for this reason. */
export function unknownToThem(why: string, outbound: RoutingAnswer["outbound"]): string {
  if (outbound === null) return `◣ ${why}.`;
  return outbound === "REGISTRY_ONLY"
    ? `✕ ${why}: calls are answered 502, or closed (outboundTrafficPolicy is REGISTRY_ONLY).`
    : `◣ ${why}: calls go past the mesh’s rules to its address, in plaintext (outboundTrafficPolicy is ALLOW_ANY).`;
}
