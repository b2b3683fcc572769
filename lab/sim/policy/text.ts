/**
 * How policies compare text: exactly, by prefix (`a*`), by suffix (`*a`), or for being there (`*`); and paths by templates.
 * https://istio.io/latest/docs/reference/config/security/authorization-policy/
 */
import type { TextTest } from "../match.ts";

/** Absent text is empty, and fits nothing. */
export function textPattern(pattern: string): TextTest {
  if (pattern === "*") return (text) => text !== "";
  if (pattern.startsWith("*")) return (text) => text.endsWith(pattern.slice(1));
  if (pattern.endsWith("*")) return (text) => text.startsWith(pattern.slice(0, -1));
  return (text) => text === pattern;
}

/** Hosts in any case, with the port if the client wrote one. */
export function hostPattern(pattern: string): TextTest {
  const test = textPattern(pattern.toLowerCase());
  return (host) => test(host.toLowerCase());
}

/** `{*}` stands for one segment, `{**}` for any number of them; the query doesn't count. */
export function pathPattern(pattern: string): TextTest {
  const test = pattern.includes("{*") ? template(pattern.split("/")) : textPattern(pattern);
  return (path) => test(path.split("?", 1)[0] ?? "");
}

function template(wanted: readonly string[]): TextTest {
  const fits = (segments: readonly string[], want: readonly string[]): boolean =>
    segments.length === want.length &&
    want.every((each, i) => (each === "{*}" ? segments[i] !== "" : each === segments[i]));
  const rest = wanted.indexOf("{**}");
  if (rest < 0) return (path) => fits(path.split("/"), wanted);
  const [before, after] = [wanted.slice(0, rest), wanted.slice(rest + 1)];
  return (path) => {
    const segments = path.split("/");
    if (segments.length < before.length + after.length) return false;
    return (
      fits(segments.slice(0, before.length), before) && fits(segments.slice(segments.length - after.length), after)
    );
  };
}
