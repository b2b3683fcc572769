/** What the configuration says about one upstream that is asked over HTTP, checked once. */
import { MeshscopeError } from "#lib/errors.ts";

/** Where an upstream is and how to sign in to it. Secrets are values here: whoever made this read the files. */
export interface UpstreamTarget {
  /** Its name in the configuration, in problems and on the page. */
  readonly name: string;
  /** http(s), with the path prefix below which its API lies, if any. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly basic?: { readonly username: string; readonly password: string };
  /** Asked before each request, so that a rotated token is used at once. */
  readonly bearerToken?: () => Promise<string>;
  readonly tls?: {
    /** PEM; replaces the system's authorities. */
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly serverName?: string;
    readonly insecureSkipVerify?: boolean;
  };
}

/** The list of the configuration that a target stands in. */
export type Setting = "prometheus" | "tracing";

/** Where requests go, and what they always carry. */
export interface Endpoint {
  readonly origin: string;
  /** "" or "/prefix", never with a slash at its end. */
  readonly prefix: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Values that must never stand in a problem's text. */
  readonly secrets: readonly string[];
  /** A server on this machine: compressing for it costs more than sending. */
  readonly local: boolean;
}

const HEADER = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
/** Headers that belong to the connection or to us. */
const OURS = new Set([
  "host",
  "connection",
  "content-length",
  "content-type",
  "transfer-encoding",
  "accept-encoding",
  "upgrade",
]);

/** @throws MeshscopeError `bad_config` naming the setting that is wrong; never with a value that may be secret. */
export function endpointOf(target: UpstreamTarget, setting: Setting): Endpoint {
  const refuse = (why: string): MeshscopeError =>
    new MeshscopeError("bad_config", `${setting} "${target.name}": ${why}`);
  let url: URL;
  try {
    url = new URL(target.url);
  } catch {
    throw refuse("url isn't a URL. Give one like http://host.namespace:port.");
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") throw refuse("url must begin with http:// or https://.");
  if (url.username || url.password) throw refuse("url holds credentials. Put them into basic.");
  if (url.search || url.hash) throw refuse("url has a query or fragment. Give only scheme, host and path prefix.");
  if (target.basic && target.bearerToken) throw refuse("basic and a bearer token exclude each other.");

  const headers: Record<string, string> = { accept: "application/json", "user-agent": "meshscope" };
  const secrets: string[] = [];
  for (const [name, value] of Object.entries(target.headers ?? {})) {
    const lower = name.toLowerCase();
    if (!HEADER.test(lower)) throw refuse("headers has a name that HTTP doesn't allow.");
    if (OURS.has(lower)) throw refuse(`headers can't set ${lower}.`);
    if (!isHeaderValue(value)) throw refuse(`headers.${lower} has a value that HTTP doesn't allow.`);
    headers[lower] = value;
    secrets.push(value);
  }
  if (target.basic) {
    const { username, password } = target.basic;
    if (username.includes(":")) throw refuse("basic.username can't contain a colon.");
    const pair = Buffer.from(`${username}:${password}`, "utf8").toString("base64");
    headers.authorization = `Basic ${pair}`;
    secrets.push(password, pair);
  }
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return {
    origin: url.origin,
    prefix: url.pathname.replace(/\/+$/, ""),
    headers,
    secrets,
    local: host === "localhost" || host === "::1" || /^127\./.test(host),
  };
}

/** Can this text be a header's value? Printable ASCII and tabs: nothing that could start another header. */
export function isHeaderValue(value: string): boolean {
  return /^[\x20-\x7e\t]*$/.test(value);
}
