/** What a bearer token says of itself, unverified: good for telling a user when it ends, and for nothing else. */
import { decodeJwt } from "jose";
import { type UnixSeconds, unixSeconds } from "#lib/units.ts";

/** `exp` of a JWT (RFC 7519, section 4.1.4); null where there is none. */
export function expiryHint(token: string): UnixSeconds | null {
  try {
    const { exp } = decodeJwt(token);
    return typeof exp === "number" && Number.isFinite(exp) ? unixSeconds(exp) : null;
  } catch {
    return null;
  }
}
