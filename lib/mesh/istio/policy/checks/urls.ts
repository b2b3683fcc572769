/** Addresses of keys and of plugins, as Go's net/url reads them. */

const SCHEME = /^([a-zA-Z][a-zA-Z0-9+\-.]*):/;
/** Percent signs before what isn't two hexadecimal digits. */
const ESCAPE = /%(?![0-9a-fA-F]{2})/;

const schemeOf = (text: string): string => (SCHEME.exec(text)?.[1] ?? "").toLowerCase();

const hasControl = (text: string): boolean =>
  [...text].some((char) => char.charCodeAt(0) < 32 || char.charCodeAt(0) === 127);

/** What of a URL can't be read; null: nothing. The query may hold anything. */
function problem(text: string): string | null {
  if (hasControl(text)) return "It holds a control character.";
  const [, rest = ""] = /^[^:]*:([^#?]*)/.exec(text) ?? [];
  if (!rest.startsWith("//"))
    return ESCAPE.test(rest) && rest.startsWith("/") ? "A percent sign escapes nothing." : null;
  const slash = rest.indexOf("/", 2);
  const authority = rest.slice(2, slash < 0 ? undefined : slash);
  if (slash >= 0 && ESCAPE.test(rest.slice(slash))) return "A percent sign escapes nothing.";
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  if (/[ \\^`{|}]|%(?!25|[89a-fA-F][0-9a-fA-F])/.test(host.replace(/^\[.*\]/, "")))
    return "A host has no such character.";
  if (host.startsWith("[")) return /^\[[^\]]*\](:\d*)?$/.test(host) ? null : "An address in brackets doesn’t end.";
  const colon = host.indexOf(":");
  return colon >= 0 && !/^\d*$/.test(host.slice(host.lastIndexOf(":") + 1))
    ? "What follows the host is no port."
    : null;
}

/** (ParseJwksURI in Istio's pkg/config/security) */
export function keysUrlProblem(text: string): string | null {
  const scheme = schemeOf(text);
  return scheme === "http" || scheme === "https" ? problem(text) : "Keys are fetched by http or https.";
}

const PLUGIN_SCHEMES = new Set(["file", "http", "https", "oci"]);

/** (validateWasmPluginURL, strictParseURL in Istio's pkg/config/validation) Without a scheme it is an image. */
export function pluginUrlProblem(text: string): string | null {
  const scheme = schemeOf(text);
  if (text.startsWith("/") || (scheme !== "" && problem(text) === null))
    return scheme === "" || PLUGIN_SCHEMES.has(scheme) ? null : `Plugins aren’t fetched by ${scheme.slice(0, 20)}.`;
  // What can't be read with its scheme is read as an address without one.
  return problem(`http://${text}`);
}
