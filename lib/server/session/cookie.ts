/**
 * A sealed text as cookies. Browsers keep some 4 KB a cookie, so it is cut into numbered ones; the first says how many
 * there are, so that one that is missing, left over or swapped is noticed. https://www.rfc-editor.org/rfc/rfc6265#section-6.1
 */

const CHUNK = 3_800;
/** Sent with every request: more than this doesn't fit the headers that servers and proxies take. */
const MOST_CHUNKS = 8;

/** `__Host-` needs Secure, which browsers don't keep from plain http. https://www.rfc-editor.org/rfc/rfc6265 */
export function cookieName(publicUrl: URL): string {
  return publicUrl.protocol === "https:" ? "__Host-meshscope" : "meshscope";
}

const chunkName = (name: string, index: number) => (index === 0 ? name : `${name}.${index}`);

/** All cookies of a request that are ours, first value of each name. */
function own(name: string, header: string | null): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const part of (header ?? "").split(";")) {
    const at = part.indexOf("=");
    const key = part.slice(0, Math.max(at, 0)).trim();
    if ((key === name || key.startsWith(`${name}.`)) && !found.has(key)) found.set(key, part.slice(at + 1).trim());
  }
  return found;
}

export interface Kept {
  /** null: there is none, or it isn't whole. */
  readonly text: string | null;
  /** Names of the cookies of ours that the browser sent. */
  readonly names: readonly string[];
}

/** What a request's Cookie header holds of ours. */
export function readCookie(name: string, header: string | null): Kept {
  const cookies = own(name, header);
  const names = [...cookies.keys()];
  const [, count = "", first = ""] = /^([1-8])\.(.+)$/s.exec(cookies.get(name) ?? "") ?? [];
  const rest = Array.from({ length: Math.max(Number(count) - 1, 0) }, (_, index) =>
    cookies.get(chunkName(name, index + 1)),
  );
  const whole = first !== "" && cookies.size === Number(count) && rest.every((each) => each !== undefined);
  return { text: whole ? [first, ...rest].join("") : null, names };
}

/** Set-Cookie values that keep a text, and take away what is left of an earlier, longer one; null: it is too long. */
export function writeCookie(name: string, text: string, present: readonly string[]): readonly string[] | null {
  const count = Math.ceil(text.length / CHUNK);
  if (count > MOST_CHUNKS) return null;
  const written = Array.from({ length: count }, (_, index) => {
    const piece = text.slice(index * CHUNK, (index + 1) * CHUNK);
    return `${chunkName(name, index)}=${index === 0 ? `${count}.` : ""}${piece}; ${attributes(name)}`;
  });
  const names = new Set(Array.from({ length: count }, (_, index) => chunkName(name, index)));
  return [
    ...written,
    ...clearCookie(
      name,
      present.filter((each) => !names.has(each)),
    ),
  ];
}

/** Set-Cookie values that take cookies away. Only names that could be ours are repeated. */
export function clearCookie(name: string, present: readonly string[]): readonly string[] {
  const safe = present.filter((each) => each === name || /^\.\d{1,2}$/.test(each.slice(name.length)));
  return safe.map((each) => `${each}=; Max-Age=0; ${attributes(name)}`);
}

/** No Max-Age: the cookie goes with the browser, the session in it at its own instant. */
function attributes(name: string): string {
  return `Path=/; HttpOnly; SameSite=Strict${name.startsWith("__Host-") ? "; Secure" : ""}`;
}
