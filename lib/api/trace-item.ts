/** A trace as a list shows it: the same for what backends found and for what a file holds. */
import type { TraceSummary } from "#lib/tracing/port.ts";
import { unixSeconds } from "#lib/units.ts";
import { formatInstant } from "./instant.ts";
import type { TraceItem } from "./traces.ts";

/** `backend`: where it is from, for people. */
export function itemOf(summary: TraceSummary, backend: string): TraceItem {
  return {
    id: summary.traceId,
    backend,
    root: summary.root,
    services: summary.services.map(({ name }) => name),
    counts: summary.services.map((each) => ({ ...each })),
    spans: summary.spans,
    errors: summary.errors,
    start: instantOf(summary.startNs),
    startNs: summary.startNs.toString(),
    durationMs: toMs(summary.durationNs),
  };
}

/** A broken clock may be beyond what RFC 3339 can write. */
export function instantOf(ns: bigint): string {
  const seconds = Number(ns / 1_000_000n) / 1000;
  return formatInstant(unixSeconds(Math.min(Math.max(0, seconds), 253_402_300_799)));
}

export function toMs(ns: bigint): number {
  return Number(ns) / 1e6;
}
