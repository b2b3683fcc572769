/**
 * Ids as backends write them, in one form: lower-case hex of 32 digits (traces) and 16 (spans). Jaeger and Zipkin leave
 * leading zeros out or halve the trace id; protobuf's own JSON has base64. https://www.w3.org/TR/trace-context/#trace-id
 */

/** null for what is no trace id, all zeros included. */
export function traceIdOf(raw: unknown): string | null {
  return idOf(raw, 32);
}

/** "" for what is no span id, all zeros included: that is how "no parent" is written. */
export function spanIdOf(raw: unknown): string {
  return idOf(raw, 16) ?? "";
}

const HEX = /^[0-9a-f]+$/;
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

function idOf(raw: unknown, digits: number): string | null {
  if (typeof raw !== "string" || raw.length > 64) return null;
  const lower = raw.toLowerCase().replace(/-/g, raw.length === 36 ? "" : "-");
  // 16 bytes are 24 characters in base64 and 8 bytes 12, each with padding; hex has none.
  if (raw.endsWith("=") && BASE64.test(raw)) return checked(fromBase64(raw), digits);
  return HEX.test(lower) ? checked(lower, digits) : null;
}

function checked(hex: string, digits: number): string | null {
  if (hex.length > digits || /^0*$/.test(hex)) return null;
  return hex.padStart(digits, "0");
}

function fromBase64(text: string): string {
  try {
    const bytes = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Array.from(bytes, (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join("");
  } catch {
    return "";
  }
}
