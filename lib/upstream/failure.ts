/** What a failed connection means, in words an operator can act on. Codes of Node.js and undici, never messages. */
import type { MeshscopeError } from "#lib/errors.ts";

/** Has somebody already said what this is? By its shape: route bundles repeat modules, so classes don't tell. */
export function isExpected(thrown: unknown): thrown is MeshscopeError {
  if (typeof thrown !== "object" || thrown === null || !("problem" in thrown)) return false;
  const { problem } = thrown;
  return typeof problem === "object" && problem !== null && "code" in problem && "detail" in problem;
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was cut",
  EPIPE: "the connection was cut",
  UND_ERR_SOCKET: "the connection was cut",
  ENOTFOUND: "its host name is unknown",
  EAI_AGAIN: "its host name can't be resolved now",
  EHOSTUNREACH: "no route leads to its host",
  ENETUNREACH: "no route leads to its network",
  ETIMEDOUT: "the connection took too long",
  UND_ERR_CONNECT_TIMEOUT: "the connection took too long",
  HPE_INVALID_CONSTANT: "it doesn't speak HTTP there",
  CERT_HAS_EXPIRED: "its certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed and not in tls.ca",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate's issuer isn't in tls.ca",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate's issuer isn't in tls.ca",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its certificate's issuer isn't in tls.ca",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name (tls.serverName)",
  ERR_SSL_WRONG_VERSION_NUMBER: "it doesn't speak TLS there (http instead of https?)",
  EPROTO: "the TLS handshake failed",
};

/** The first known `code` of an error or of what caused it (undici wraps, and a host with two addresses has two causes). */
export function connectionCode(thrown: unknown): string | null {
  const queue: unknown[] = [thrown];
  let any: string | null = null;
  for (let i = 0; i < queue.length && i < 16; i++) {
    const at = queue[i];
    if (typeof at !== "object" || at === null) continue;
    const { code, cause, errors } = at as { code?: unknown; cause?: unknown; errors?: unknown };
    if (typeof code === "string") {
      if (WORDS[code] !== undefined) return code;
      any ??= code;
    }
    queue.push(cause, ...(Array.isArray(errors) ? errors.slice(0, 4) : []));
  }
  return any;
}

/** Why there was no connection, for a sentence's end; unknown codes are named, other texts are not. */
export function connectionWords(thrown: unknown): string {
  const code = connectionCode(thrown);
  if (code === null) return "the connection failed";
  return WORDS[code] ?? (/^[A-Z0-9_]{1,60}$/.test(code) ? `the connection failed: ${code}` : "the connection failed");
}

/** Seconds that a Retry-After header asks for; undefined if absent or unreadable. `now` in unix seconds, for its date form. */
export function retryAfterSeconds(header: string | string[] | undefined, now: number): number | undefined {
  const text = (Array.isArray(header) ? header[0] : header)?.trim();
  if (!text) return undefined;
  if (/^\d{1,6}$/.test(text)) return Number(text);
  // Date.parse takes far more than HTTP's dates, "-1" for one.
  const at = /GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil(at / 1000 - now));
}

/** Text from outside, fit for a `detail`: one line, without control characters, cut, and without our own secrets. */
export function quoted(text: string, secrets: readonly string[], limit = 300): string {
  let out = text;
  for (const secret of secrets) if (secret.length >= 4) out = out.replaceAll(secret, "•••");
  out = out.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, " ").trim();
  return out.length > limit ? `${out.slice(0, limit)}…` : out;
}
