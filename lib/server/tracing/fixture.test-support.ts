/** Jaegers with traces that a test draws, and viewers who may see some of them. */
import type { SourceStatus } from "#lib/graph/model.ts";
import { istio } from "#lib/mesh/istio/index.ts";
import { CLOCK, type Fake, fakeBackend, page, send } from "#lib/tracing/client/fake.test-support.ts";
import { seconds, unixSeconds } from "#lib/units.ts";
import type { Timers } from "../clock.ts";
import { ANONYMOUS, type Credential } from "../identity.ts";
import { readingPort } from "../policy/port.ts";
import type { Visibility } from "../rights/model.ts";
import { EVERYTHING } from "../rights/rights.ts";
import { Viewers } from "../rights/viewers.ts";
import { Slots } from "../stream/slots.ts";
import type { AnalysisDeps } from "./analysis.ts";
import { Analyst } from "./analyst/analyst.ts";
import { Backend } from "./backends.ts";
import type { HistogramDeps } from "./histogram.ts";
import { Places } from "./places.ts";
import type { TracingUseCaseDeps } from "./use-cases.ts";

export const NOW = 1_763_000_000;
const BASE = BigInt(NOW) * 1_000_000_000n - 600_000_000_000n;

export const timers: Timers = {
  ...CLOCK,
  sleep: (_, signal) => new Promise((resolve) => signal?.addEventListener("abort", () => resolve())),
};

/** Times in milliseconds after the trace's beginning. */
export interface Drawn {
  readonly id: string;
  readonly parent?: string;
  readonly service: string;
  readonly name?: string;
  readonly kind?: number;
  readonly at: number;
  readonly ms: number;
  readonly error?: boolean;
  readonly tags?: Readonly<Record<string, string>>;
}

const pad = (id: string, digits: number): string => Buffer.from(id).toString("hex").padStart(digits, "0");
export const idOf = (id: string): string => pad(id, 32);

/** One trace in OTLP. `secondsAgo`: when it began, before the fixture's now less ten minutes. */
export function otlp(id: string, spans: readonly Drawn[], later = 0): object[] {
  return spans.map((span) => {
    const start = BASE + BigInt(later) * 1_000_000_000n + BigInt(Math.round(span.at * 1e6));
    const attributes = Object.entries(span.tags ?? {}).map(([key, stringValue]) => ({ key, value: { stringValue } }));
    return {
      resource: { attributes: [{ key: "service.name", value: { stringValue: span.service } }] },
      scopeSpans: [
        {
          scope: {},
          spans: [
            {
              ...{
                traceId: idOf(id),
                spanId: pad(span.id, 16),
                name: span.name ?? span.id,
                kind: span.kind ?? 2,
                attributes,
              },
              ...(span.parent === undefined ? {} : { parentSpanId: pad(span.parent, 16) }),
              startTimeUnixNano: `${start}`,
              endTimeUnixNano: `${start + BigInt(Math.round(span.ms * 1e6))}`,
              ...(span.error ? { status: { code: 2 } } : {}),
            },
          ],
        },
      ],
    };
  });
}

/** Traces by id; a function answers searches by their query. */
export type Held = Readonly<Record<string, readonly object[]>> | ((query: URLSearchParams) => readonly object[]);

export async function jaegerWith(held: Held): Promise<Fake> {
  return fakeBackend((path, request, response) => {
    const query = new URL(request.url ?? "", "http://x").searchParams;
    const traces = typeof held === "function" ? held(query) : Object.values(held).flat();
    const answer = (spans: readonly object[]) =>
      spans.length === 0
        ? send(response, 404, { error: { httpCode: 404, message: "No traces found" } })
        : send(response, 200, { result: { resourceSpans: spans } });
    if (path === "/api/v3/services")
      send(response, 200, { services: ["web.shop", "", "cart.shop", "vault.secret", "plain"] });
    else if (path === "/api/v3/operations")
      send(response, 200, {
        operations: [
          { name: "get", spanKind: "server" },
          { name: "vault.secret.svc.cluster.local:80/*", spanKind: "client" },
        ],
      });
    else if (path === "/api/v3/traces") answer(traces);
    else if (path.startsWith("/api/v3/traces/"))
      answer(
        typeof held === "function"
          ? []
          : Object.entries(held).flatMap(([id, spans]) => (path.endsWith(idOf(id)) ? spans : [])),
      );
    else page(response);
  });
}

/** Sees namespace `shop` alone of cluster `c`, which also has `secret`. */
export const SHOP_ONLY: Visibility = {
  key: "shop",
  all: false,
  namespace: (cluster, namespace) => cluster === "c" && namespace === "shop",
  cluster: () => true,
};
export const VIEWER: Credential = { ...ANONYMOUS, strategy: "token", role: "user", user: "viewer", session: "s" };

export function depsWith(fakes: readonly Fake[], more: Partial<AnalysisDeps> = {}): TracingUseCaseDeps {
  const rights = {
    visibility: async (credential: Credential) => (credential.role === "user" ? SHOP_ONLY : EVERYTHING),
    ask: async () => [],
  };
  const backends = fakes.map(
    (fake, index) =>
      new Backend(
        index,
        { name: `jaeger-${index}`, kind: "jaeger", url: fake.target.url },
        { ...fake.target, name: `jaeger-${index}` },
        ["c"],
        {
          timers,
          random: () => 0,
          onQuery: () => {},
        },
      ),
  );
  return {
    ...{ backends, timers, timeout: seconds(5), slots: new Slots(2, 2) },
    analyst: new Analyst({
      onLost: (cause) => {
        throw cause;
      },
    }),
    places: new Places({ inventory: () => new Map(), clusterOf: (name) => name }),
    viewers: new Viewers({ timers, rights, clusters: ["c"], namespaces: () => ["shop", "secret"] }),
    histograms: { sources: [], timeout: seconds(5), metricsNameOf: (cluster) => cluster },
    changes: {
      marks: async () => ({ items: [], knownSince: [] }),
      policies: async () => ({ items: [], asOf: null, unread: [] }),
    },
    objects: () => ({
      ...{ port: readingPort, rights, store: { clusters: () => new Map() } },
      ...{ inventory: () => new Map(), rootNamespace: () => "istio-system" },
    }),
    ...more,
  };
}

/**
 * A Prometheus that knows these latencies of whatever it is asked for, in requests a second up to each bound, by the servers'
 * side unless it is told otherwise. `asked`: the queries, as JSON.
 */
export function prometheusWith(
  rates: Readonly<Record<string, number>>,
  reporter = "destination",
): { readonly histograms: HistogramDeps; readonly asked: string[] } {
  const asked: string[] = [];
  const capabilities = { mesh: "istio", present: true, scrapeInterval: seconds(1), facts: {} } as const;
  const samples = Object.entries(rates).map(([le, value]) => ({ labels: { reporter, le }, value }));
  const source: HistogramDeps["sources"][number] = {
    learn: async () => {},
    present: () => [{ adapter: istio, capabilities }],
    client: {
      query: async (query, { at }) => {
        asked.push(JSON.stringify(query));
        return { at, samples, warnings: [], infos: [] };
      },
      queryRange: async () => ({ series: [], warnings: [], infos: [] }),
      queryExemplars: async () => [],
      time: async () => unixSeconds(NOW),
      close: async () => {},
    },
  };
  return { histograms: { sources: [source], timeout: seconds(5), metricsNameOf: (cluster) => cluster }, asked };
}

export const stateOf = (sources: readonly Pick<SourceStatus, "name" | "state">[]): Record<string, string> =>
  Object.fromEntries(sources.map(({ name, state }) => [name, state]));
