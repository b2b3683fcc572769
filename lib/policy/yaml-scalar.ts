/**
 * Plain scalars that YAML's versions read differently. Kubernetes reads YAML by sigs.k8s.io/yaml, in the manner of YAML 1.1:
 * `on` is true, `017` is 15, `1_000` is 1000. YAML 1.2 reads text, 17 and text. Who writes such a word plainly may mean
 * either, so it is refused unquoted, and written quoted. https://yaml.org/type/bool.html, https://yaml.org/type/int.html
 */
const BOOLEAN = /^(?:y|yes|n|no|on|off)$/i;
const NUMERAL = /^[-+]?(?:0[0-9_]+(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|0[box][0-9a-f_]+|[0-9][0-9_]*_[0-9_.]*)$/i;
const SEXAGESIMAL = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const NOT_FINITE = /^(?:[-+]?\.inf|\.nan)$/i;

/** Why a scalar without quotes can't be told; null where it can. */
export function ambiguous(source: string): string | null {
  if (BOOLEAN.test(source)) return `\`${source}\` means true or false to some readers and text to others`;
  if (NUMERAL.test(source)) return `\`${source}\` is a different number, or text, to different readers`;
  if (NOT_FINITE.test(source)) return `\`${source}\` is no number that Kubernetes can keep`;
  return null;
}

/** Whether a text has to be written in quotes so that every reader takes it for text. */
export function needsQuotes(text: string): boolean {
  return ambiguous(text) !== null || SEXAGESIMAL.test(text) || text === "<<" || text === "=" || /^\d{4}-/.test(text);
}
