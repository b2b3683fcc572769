/**
 * What a span says of the request that it is of: Envoy's tags, else OpenTelemetry's. Texts are the caller's own, and not checked.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/observability/tracing#what-data-each-trace-contains
 * https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 */
import { type Trace, valueAt } from "./model.ts";

/** null: its tags don't tell, or tell two things. */
export interface SpanRequest {
  readonly method: string | null;
  /** With its query. */
  readonly path: string | null;
  readonly host: string | null;
  /** Of the pod, where its proxy made the span. */
  readonly port: number | null;
}

/** Envoy cuts a path that is longer (`max_path_tag_length`, 256 unless the mesh says otherwise); the rest of it isn't known. */
const CUT = 256;

/** Of a server's span. Cost: a few looks through its tags. */
export function requestOf(trace: Trace, row: number): SpanRequest {
  const get = (key: string): string | null => {
    const value = valueAt(trace, trace.attributes, row, key);
    return typeof value === "string" && value !== "" ? value : null;
  };
  const urls = ["http.url", "url.full"].flatMap((key) => partsOf(get(key)) ?? []);
  const [plain, query, target] = [get("url.path"), get("url.query"), get("http.target")];
  const asked = query === null ? "" : `?${query.replace(/^\?/, "")}`;
  const path = one([...urls.map((each) => each.path), plain === null ? null : `${plain}${asked}`, target]);
  const port = /^inbound[|;](\d{1,5})[|;]/.exec(get("upstream_cluster") ?? "")?.[1];
  return {
    method: one([get("http.request.method"), get("http.method")]),
    path: path === null || path.length >= CUT ? null : path,
    host: one([...urls.map((each) => each.host), get("http.host")]),
    port: port === undefined ? null : Number(port),
  };
}

/** The one value that all of them say. */
function one(texts: readonly (string | null)[]): string | null {
  const [first = null, ...more] = new Set(texts.filter((each) => each !== null));
  return more.length === 0 ? first : null;
}

/** Taken apart by hand: a URL's own reader would make another path of `/a/../b`. null: no absolute URL. */
function partsOf(url: string | null): { readonly host: string; readonly path: string } | null {
  const [, host, path = "/"] = /^[A-Za-z][A-Za-z0-9+.-]{0,15}:\/\/([^/?#\s]{1,300})([/?#]\S*)?$/.exec(url ?? "") ?? [];
  return host === undefined ? null : { host, path: path.startsWith("/") ? path : `/${path}` };
}
