/** Warning headers: what an API server says beside a success. https://www.rfc-editor.org/rfc/rfc7234#section-5.5 */
import { quoted } from "#lib/upstream/failure.ts";

const MOST = 20;
/** warn-code SP warn-agent SP quoted-string; a date may follow. Each part excludes what ends it, so this never backtracks. */
const WARNING = /\d{3} [^\s"]+ "((?:[^"\\]|\\.)*)"/g;

/** The warn-texts of all Warning headers, at most 20, each one line; what isn't a warning is left out. */
export function warningTexts(header: string | readonly string[] | undefined): readonly string[] {
  if (header === undefined) return [];
  const all = typeof header === "string" ? header : header.join(", ");
  const texts: string[] = [];
  for (const [, inner = ""] of all.matchAll(WARNING)) {
    const text = quoted(inner.replace(/\\(.)/g, "$1"), []);
    if (text !== "" && !texts.includes(text)) texts.push(text);
    if (texts.length === MOST) break;
  }
  return texts;
}
