/**
 * How values of AuthorizationPolicies match: exactly, `prefix*`, `*suffix`, and `*` for anything that is there. A `*` elsewhere
 * is a plain character. Linear in the text. https://istio.io/latest/docs/reference/config/security/authorization-policy/#Rule
 */
export function fits(pattern: string, text: string, caseless = false): boolean {
  if (caseless) return fits(pattern.toLowerCase(), text.toLowerCase());
  if (pattern === "*") return text !== "";
  if (pattern.startsWith("*")) return text.endsWith(pattern.slice(1));
  if (pattern.endsWith("*")) return text.startsWith(pattern.slice(0, -1));
  return text === pattern;
}

/**
 * With any number of `*`, each for any text: how istiod turns namespaces into an expression. Leftmost fit of each part, so that
 * the work is at most the product of both lengths, whatever the pattern.
 */
export function globs(pattern: string, text: string): boolean {
  const parts = pattern.split("*");
  const [first = "", ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

const ONE = "{*}";
const MANY = "{**}";

export const isTemplate = (pattern: string): boolean => pattern.includes(ONE) || pattern.includes(MANY);

/**
 * Paths with `{*}` for one segment and `{**}` for any number of characters, slashes too (both only as whole segments; Istio
 * refuses others). Dynamic programming over segments: the product of their numbers, whatever the path.
 * https://istio.io/latest/docs/reference/config/security/authorization-policy/#Operation
 */
export function fitsTemplate(template: string, path: string): boolean {
  const wanted = template.split("/");
  const given = path.split("/");
  // reach[j]: what of the template was read so far fits the first j segments of the path.
  let reach: boolean[] = [true, ...given.map(() => false)];
  for (const part of wanted) {
    const next = given.map(() => false);
    let open = false;
    for (const [j, segment] of given.entries()) {
      open ||= reach[j] === true;
      if (part === MANY) next[j] = open;
      else next[j] = reach[j] === true && (part === ONE ? segment !== "" : segment === part);
    }
    reach = [false, ...next];
  }
  return reach.at(-1) === true;
}
