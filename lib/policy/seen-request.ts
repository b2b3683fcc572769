/** Requests as samples saw them: spans of traces, lines of access logs. All texts are in the callers' words. */

/** null: the sample doesn't tell. */
export interface SeenRequest {
  readonly method: string | null;
  /** With its query. Before a rewrite, where a proxy on the way rewrote it. */
  readonly path: string | null;
  /** `:authority` */
  readonly host: string | null;
  /** Of the server's pod. */
  readonly port: number | null;
}

/** RFC 9110's token. https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2 */
const METHOD = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/;
/** As proxies hold it, of visible ASCII; others don't come through them as they are. */
const PATH = /^\/[\x21-\x7e]{0,16383}$/;
const HOST = /^(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

/** What of it can be what it is said to be; the rest isn't known. */
export function plausible({ method, path, host, port }: SeenRequest): SeenRequest {
  const fit = (text: string | null, form: RegExp) => (text !== null && form.test(text) ? text : null);
  return {
    method: method === "-" ? null : fit(method, METHOD),
    path: fit(path, PATH),
    host: host === "-" ? null : fit(host, HOST),
    port: port !== null && Number.isInteger(port) && port > 0 && port <= 65_535 ? port : null,
  };
}
