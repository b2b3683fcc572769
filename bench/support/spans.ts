/** Traces of a generated mesh as Jaeger answers them: every call a client's and a server's span, with the tags of Envoy. */
import { seededRandom } from "#lib/layout/random.ts";

const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });

/** OTLP of one trace with `count` spans: a tree of calls, some of them at once, some one after the other. */
export function generatedTrace(count: number, seed: number): string {
  const random = seededRandom(seed);
  const hex = (digits: number) => Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join("");
  const traceId = hex(32);
  const base = 1_763_000_000_000_000_000n;
  const byService = new Map<string, object[]>();
  let made = 0;
  /** Calls that are still to be made, breadth first: traces are wide, not deep. */
  const waiting: (() => void)[] = [];
  const make = (service: number, parent: string | null, kind: 2 | 3, at: number, ms: number): void => {
    if (made >= count) return;
    made += 1;
    const spanId = hex(16);
    const name = `svc-${service}.ns-${service % 7}`;
    const spans = byService.get(name) ?? [];
    byService.set(name, spans);
    const ns = (t: number) => (base + BigInt(Math.round(t * 1e6))).toString();
    spans.push({
      ...{
        traceId,
        spanId,
        kind,
        name: `${name}.svc.cluster.local:80/*`,
        startTimeUnixNano: ns(at),
        endTimeUnixNano: ns(at + ms),
        status: {},
      },
      ...(parent === null ? {} : { parentSpanId: parent }),
      attributes: [
        attribute("component", "proxy"),
        attribute(
          "node_id",
          `sidecar~10.0.${service % 250}.1~svc-${service}-7d4b9c6f5d-x2k4z.ns-${service % 7}~ns.svc.cluster.local`,
        ),
        attribute("upstream_cluster", kind === 3 ? `outbound|80||${name}.svc.cluster.local` : "inbound|8080||"),
        attribute("http.url", `http://${name}/items/${made}`),
        attribute("http.method", "GET"),
        attribute("http.status_code", "200"),
        attribute("response_flags", "-"),
        attribute("guid:x-request-id", hex(32)),
        attribute("request_size", String(Math.floor(random() * 1000))),
        attribute("istio.canonical_service", `svc-${service}`),
        attribute("istio.namespace", `ns-${service % 7}`),
        attribute("istio.cluster_id", "west"),
      ],
    });
    const calls = kind === 3 ? 1 : 1 + Math.floor(random() * 4);
    let cursor = at + ms * 0.05;
    for (let i = 0; i < calls; i++) {
      const share = (ms * 0.85) / (kind === 3 ? 1 : calls);
      const [begin, called] = [cursor, kind === 3 ? (service * 7 + 1) % 97 : service];
      waiting.push(() => make(called, spanId, kind === 3 ? 2 : 3, begin, share * 0.95));
      // Every third call is made beside the one before it.
      if (random() > 0.33) cursor += share;
    }
  };
  make(0, null, 2, 0, 400_000);
  for (let next = 0; made < count; next++) waiting[next]?.();
  const resourceSpans = [...byService].map(([name, spans]) => ({
    resource: { attributes: [attribute("service.name", name)] },
    scopeSpans: [{ scope: { name: "envoy" }, spans }],
  }));
  return JSON.stringify({ result: { resourceSpans } });
}
