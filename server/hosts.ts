/** Which Host headers are ours: a page that reaches us under a name of its own (DNS rebinding) gets nothing. */

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);
/** Probes and scrapers come by pod address: these name nothing and need no sign-in. */
const ANY_HOST = new Set(["/metrics", "/healthz", "/readyz"]);

/**
 * A test of Host headers against the public URL: same name and port, where a loopback name stands for all of them. The
 * scheme's default port may be left out. https://www.rfc-editor.org/rfc/rfc9110#name-host-and-authority
 */
export function hostTest(publicUrl: URL): (host: string) => boolean {
  const port = portOf(publicUrl);
  const names = LOOPBACK.has(publicUrl.hostname) ? LOOPBACK : new Set([publicUrl.hostname]);
  return (host) => {
    // Only a bare authority may be written: nothing that a URL parser would read as user, path or query.
    if (!/^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(host)) return false;
    const url = URL.parse(`${publicUrl.protocol}//${host}`);
    return url !== null && names.has(url.hostname) && portOf(url) === port;
  };
}

/** The same for Origin headers: scheme, name and port of our own pages. https://www.rfc-editor.org/rfc/rfc6454#section-7 */
export function originTest(publicUrl: URL): (origin: string) => boolean {
  const isOurHost = hostTest(publicUrl);
  const scheme = `${publicUrl.protocol}//`;
  return (origin) => origin.startsWith(scheme) && isOurHost(origin.slice(scheme.length));
}

/** Whether a path answers under any Host. */
export function anyHost(path: string): boolean {
  return ANY_HOST.has(path);
}

function portOf(url: URL): string {
  return url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
}
