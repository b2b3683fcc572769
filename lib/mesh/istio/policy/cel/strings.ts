/** Strings and bytes of CEL, as cel-go reads them. (STRING and BYTES in cel-go's parser/gen/CEL.g4, unescape in its parser/unescape.go) */
import { type Fault, quoted } from "./fault.ts";

const SINGLE = "abfnrtv\"'\\?`";
/** Digits behind `\x`, `\u` and `\U`. */
const HEXADECIMAL: ReadonlyMap<string, number> = new Map([
  ["x", 2],
  ["X", 2],
  ["u", 4],
  ["U", 8],
]);

/**
 * Where the string ends that begins here, with its prefix; what is wrong with it otherwise. One that isn't closed is refused
 * whatever follows: what is left of it would be two strings without an operator.
 */
export function stringAt(text: string, from: number): number | Fault {
  let at = from;
  const bytes = /[bB]/.test(text.charAt(at));
  if (bytes) at += 1;
  const raw = /[rR]/.test(text.charAt(at));
  if (raw) at += 1;
  const quote = text.charAt(at);
  const triple = text.startsWith(quote.repeat(3), at);
  const close = triple ? quote.repeat(3) : quote;
  for (at += close.length; at < text.length; ) {
    if (text.startsWith(close, at)) return at + close.length;
    const letter = text.charAt(at);
    if (!triple && (letter === "\n" || letter === "\r"))
      return { at, message: "A string ends on its line, or stands between three quotes." };
    if (letter !== "\\" || raw) at += 1;
    else {
      const escape = escapeAt(text, at, bytes);
      if (typeof escape !== "number") return escape;
      at += escape;
    }
  }
  return { at: from, message: `The string that begins with ${quoted(text.slice(from, from + 10))} doesn’t end.` };
}

/** How long the escape is that begins with this backslash. */
function escapeAt(text: string, at: number, bytes: boolean): number | Fault {
  const kind = text.charAt(at + 1);
  if (kind !== "" && SINGLE.includes(kind)) return 2;
  if (/^[0-3][0-7]{2}$/.test(text.slice(at + 1, at + 4))) return 4;
  const count = HEXADECIMAL.get(kind) ?? 0;
  const digits = text.slice(at + 2, at + 2 + count);
  if (count === 0 || digits.length < count || !/^[0-9a-fA-F]+$/.test(digits))
    return { at, message: `${quoted(text.slice(at, at + 2 + count))} is no escape.` };
  if (bytes && count > 2)
    return { at, message: `Bytes have no escape such as ${quoted(text.slice(at, at + 2 + count))}.` };
  const code = Number.parseInt(digits, 16);
  if (code > 0x10_ffff || (code >= 0xd800 && code <= 0xdfff))
    return { at, message: `${quoted(text.slice(at, at + 2 + count))} is no code point.` };
  return 2 + count;
}
