/** One call held against all such calls by the metrics: mean and percentiles of several windows before it. Pure. */
import type { SeriesAnswer } from "#lib/api/series.ts";
import { FEW_REQUESTS, formatCount } from "#lib/format.ts";
import { edgeId } from "#lib/graph/id.ts";
import type { SpanCall } from "#lib/tracing/view/detail.ts";

/** Seconds, all of them until the end of the span. */
export const WINDOWS = [
  { seconds: 600, title: "10 min" },
  { seconds: 3_600, title: "1 h" },
  { seconds: 10_800, title: "3 h" },
  { seconds: 21_600, title: "6 h" },
] as const;

export const STATS = ["mean", "p50", "p95", "p99"] as const;
type Stat = (typeof STATS)[number];

/** What the metrics know such calls by. */
export type Such =
  | { readonly kind: "edge"; readonly edge: string; readonly words: string }
  /** Whoever made them. */
  | { readonly kind: "node"; readonly node: string; readonly words: string }
  | { readonly kind: "none"; readonly why: string };

export function suchCalls(call: SpanCall | null): Such {
  if (call === null)
    return {
      kind: "none",
      why: "It is no side of a call between two places, so the metrics have nothing of the like.",
    };
  const { source, target, grpc } = call;
  if (source !== null && target !== null)
    return { kind: "edge", edge: edgeId(source, target, grpc ? "grpc" : "http"), words: "calls from there to here" };
  if (target !== null) return { kind: "node", node: target, words: "calls to it, whoever made them" };
  return {
    kind: "none",
    why: "The other side left no span, or its tags tell no place: which calls are like it can’t be told.",
  };
}

/** What one window has. */
export interface WindowHeat {
  /** Milliseconds; null: no data. */
  readonly values: Readonly<Record<Stat, number | null>>;
  /** Calls that they rest on; null: not counted. */
  readonly calls: number | null;
  /** Who measured them. */
  readonly observer: SeriesAnswer["charts"][number]["observer"] | null;
}

const NOTHING = { mean: null, p50: null, p95: null, p99: null };

/** The last value is that of the whole window. Of the observers the span's own side counts, else who there is. */
export function windowHeat(
  { charts, step }: Pick<SeriesAnswer, "charts" | "step">,
  side: SpanCall["side"],
): WindowHeat {
  const fitting = charts.filter(({ direction }) => direction !== "outbound");
  const own = side === "client" ? ["source"] : ["destination", "waypoint"];
  const latencies = fitting.filter(
    ({ metric, lines }) => metric === "latency" && lines.some(({ values }) => values.at(-1) != null),
  );
  const latency = latencies.find(({ observer }) => own.includes(observer)) ?? latencies[0];
  if (latency === undefined) return { values: NOTHING, calls: null, observer: null };
  const at = (name: string) => latency.lines.find((line) => line.name === name)?.values.at(-1) ?? null;
  const requests = fitting.find(({ metric, observer }) => metric === "requests" && observer === latency.observer);
  return {
    values: { mean: at("mean"), p50: at("p50"), p95: at("p95"), p99: at("p99") },
    calls:
      requests === undefined ? null : requests.lines.reduce((sum, { values }) => sum + (values.at(-1) ?? 0), 0) * step,
    observer: latency.observer,
  };
}

export const tooFew = ({ calls }: Pick<WindowHeat, "calls">): boolean => calls !== null && calls < FEW_REQUESTS;

/** How warm a cell is: twice as long as the value and more is hot. */
export function warmth(ms: number, value: number): "cold" | "warm" | "hot" {
  return ms >= 2 * value ? "hot" : ms > 1.1 * value ? "warm" : "cold";
}

const ABOVE: readonly (readonly [Stat, string])[] = [
  ["p99", "99 %"],
  ["p95", "95 %"],
  ["p50", "half"],
];

/** `Longer than 95 % of about 4,100 calls …`; null where the window has too few, or no data. */
export function placeWords(ms: number, heat: WindowHeat, such: string): string | null {
  const { values, calls } = heat;
  if (values.p50 === null || tooFew(heat)) return null;
  const of = calls === null ? such : `about ${formatCount(Math.round(calls))} ${such}`;
  const above = ABOVE.find(([stat]) => values[stat] !== null && ms > (values[stat] ?? 0));
  return above === undefined ? `Not longer than half of ${of}` : `Longer than ${above[1]} of ${of}`;
}
