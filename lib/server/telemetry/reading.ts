/** From a source's answers to a reading: decoded, joined with the inventory of now, and what to say about it. */
import { type Window, windowSeconds } from "#lib/api/windows.ts";
import type { SourceStatus } from "#lib/graph/model.ts";
import type { DecodeContext, Decoded } from "#lib/mesh/port.ts";
import type { UnixSeconds } from "#lib/units.ts";
import { answersOf, type Source, type Timed } from "./source.ts";
import type { SourceEvent } from "./status.ts";

/** What a source said at one instant, decoded. */
export interface Reading {
  readonly at: UnixSeconds;
  readonly latencyAt: UnixSeconds | null;
  /** Was latency asked for? Its absence then has a reason of its own. */
  readonly latencyAsked: boolean;
  /** The effective window. */
  readonly window: Window;
  readonly decoded: readonly Decoded[];
  /** None of the reads of rates failed: what isn't in it didn't flow. */
  readonly whole: boolean;
}

export type DecodeInput = Omit<DecodeContext, "at" | "window" | "defaultCluster">;

export interface Answered {
  readonly rates: Timed;
  /** null where latency wasn't asked or is not known yet. */
  readonly latency: Timed | null;
  readonly latencyAsked: boolean;
}

/** Decodes; cost is the adapters'. The event is what the source's status advances by. */
export function readAnswers(
  source: Source,
  window: Window,
  { rates, latency, latencyAsked }: Answered,
  context: DecodeInput,
): { reading: Reading; event: SourceEvent } {
  const { clusters } = source.info;
  const answers = new Map([...(latency?.answers ?? []), ...rates.answers]);
  const decoded = source.present().map(({ adapter, capabilities }) =>
    adapter.decode(answersOf(adapter.mesh, answers), capabilities, {
      ...context,
      defaultCluster: clusters.length === 1 ? (clusters[0] ?? null) : null,
      at: rates.at,
      window: windowSeconds(window),
    }),
  );
  const latencyAt = latency !== null && latency.answers.size > 0 ? latency.at : null;
  const vectors = [...answers.values()];
  const warnings = distinct(vectors.flatMap((vector) => vector.warnings));
  const caveats = source.caveats(rates.at, windowSeconds(window));
  const notes = distinct([...caveats, ...decoded.flatMap((each) => [...each.warnings, ...ignored(each)])]);
  return {
    reading: { at: rates.at, latencyAt, latencyAsked, window, decoded, whole: rates.failures.length === 0 },
    event: {
      type: "answered",
      at: rates.at,
      tookMs: rates.tookMs,
      failures: [...rates.failures, ...(latencyAsked ? (latency?.failures ?? []) : [])],
      warnings,
      infos: distinct([...vectors.flatMap((vector) => vector.infos), ...decoded.flatMap((each) => each.infos ?? [])]),
      // Adapters may repeat what Prometheus warned of.
      notes: notes.filter((note) => !warnings.includes(note)),
      missing: decoded.length > 0 ? decoded.flatMap((each) => each.missing) : NO_MESH,
    },
  };
}

/** A Prometheus without a trace of any mesh answers well and says nothing: that must not look like silence. */
const NO_MESH: SourceStatus["missing"] = [
  {
    what: "metrics of a service mesh",
    consequence: "There is nothing to draw from this Prometheus.",
    setting: "Let it scrape the mesh's proxies: /stats/prometheus of sidecars and gateways, /metrics of ztunnel.",
  },
];

function ignored({ ignored: { series, example } }: Decoded): string[] {
  if (series === 0) return [];
  const such = example === null ? "" : `, for example ${example}`;
  return [`${series} series could not be read and ${series === 1 ? "is" : "are"} left out${such}.`];
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}
