/** Values that are put into headers: text with Envoy's variables (`%HOSTNAME%`, `%REQ(:path)%`), where %% is a percent sign. */

type State = "text" | "name" | "arguments" | "text of one" | "quote" | "comma" | "parenthesis" | "end";

/** What a character leads to, by where it stands; what isn't listed stays, and `null` is refused. Blanks stay everywhere. */
const NEXT: Readonly<Record<State, (char: string) => State | null>> = {
  text: (char) => (char === "%" ? "name" : "text"),
  name: (char) => (char === "%" ? "text" : char === "(" ? "arguments" : "name"),
  arguments: (char) => (char === "[" ? "quote" : "text of one"),
  "text of one": (char) => (char === ")" ? "end" : char === '"' ? "comma" : "text of one"),
  quote: (char) => (char === '"' ? "text of one" : null),
  comma: (char) => (char === "," ? "quote" : char === "]" ? "parenthesis" : null),
  parenthesis: (char) => (char === ")" ? "end" : null),
  end: (char) => (char === "%" ? "text" : null),
};

/** Beside the tab. */
const isControl = (code: number): boolean => (code < 32 && code !== 9) || code === 127;

/** Whether Envoy takes it (ValidateHTTPHeaderValue in Istio's pkg/config/validation): no control characters, and variables that end. */
export function isHeaderValue(value: string): boolean {
  let state: State = "text";
  for (let i = 0; i < value.length; i += 1) {
    const char = value[i] ?? "";
    if (isControl(value.charCodeAt(i))) return false;
    const percent = state === "text" && char === "%" && value[i + 1] === "%";
    if (percent || (state === "text of one" && char === "\\")) {
      i += 1;
      if (i >= value.length || isControl(value.charCodeAt(i))) return false;
      continue;
    }
    if (char === " ") continue;
    const next = NEXT[state](char);
    if (next === null) return false;
    state = next;
  }
  return state === "text";
}
