/** Places in an object as people write them: `spec.http[0].route[1].weight`, `metadata.labels["app.kubernetes.io/name"]`. */

/** Keys and list indexes from the root. */
export type Segments = readonly (string | number)[];

const PLAIN = /^[A-Za-z_$][\w$-]*$/;

/** The text of a place; keys that aren't plain words are quoted as JSON. "" is the root. */
export function printPath(segments: Segments): string {
  let text = "";
  for (const segment of segments) {
    if (typeof segment === "number") text += `[${segment}]`;
    else if (PLAIN.test(segment)) text += text === "" ? segment : `.${segment}`;
    else text += `[${JSON.stringify(segment)}]`;
  }
  return text;
}

/** The segments that a text names; null where it is no path. */
export function parsePath(text: string): Segments | null {
  const token = /([A-Za-z_$][\w$-]*)|\[(\d{1,9})\]|\[("(?:[^"\\]|\\.)*")\]/y;
  const segments: (string | number)[] = [];
  for (let at = 0; at < text.length; at = token.lastIndex) {
    if (text[at] === "." && at > 0) at += 1;
    else if (text[at] !== "[" && at > 0) return null;
    token.lastIndex = at;
    const [, word, index, quoted] = token.exec(text) ?? [];
    if (word !== undefined) segments.push(word);
    else if (index !== undefined) segments.push(Number(index));
    else if (quoted !== undefined) {
      try {
        segments.push(JSON.parse(quoted) as string);
      } catch {
        return null;
      }
    } else return null;
  }
  return segments;
}

/** The same place as a JSON Pointer. https://www.rfc-editor.org/rfc/rfc6901 */
export function pointer(segments: Segments): string {
  return segments.map((segment) => `/${String(segment).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
