/** Tags as people type them: `http.status_code=503 error="timed out"`. https://brandur.org/logfmt */

/** Of one search. */
export const MAX_TAGS = 20;

export const TAGS_WORDS = 'tags in logfmt, such as http.status_code=503 error="timed out"';

const PAIR = /\s*([^\s="]+)(?:=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*)))?(?=\s|$)/y;

/** Pairs in their order; a key alone means `true`. null for a text that is none. */
export function parseTags(text: string): [string, string][] | null {
  const pairs: [string, string][] = [];
  const rest = text.trimEnd();
  let at = 0;
  while (at < rest.length) {
    PAIR.lastIndex = at;
    const match = PAIR.exec(rest);
    const key = match?.[1];
    if (match === null || key === undefined) return null;
    const quoted = match[2]?.replace(/\\(.)/g, "$1");
    pairs.push([key, quoted ?? match[3] ?? "true"]);
    at = PAIR.lastIndex;
  }
  return pairs;
}

/** The same as text; `parseTags` reads it back. */
export function printTags(pairs: readonly (readonly [string, string])[]): string {
  return pairs
    .map(([key, value]) => `${key}=${/^[^\s"=\\]+$/.test(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`}`)
    .join(" ");
}
