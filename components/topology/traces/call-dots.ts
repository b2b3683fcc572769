/** Calls that traces kept, as dots of a latency chart, and what is said of how many there are. Pure. */
import type { ChartDot } from "#components/charts/dots.tsx";
import { sayInstant } from "#components/shell/instant.ts";
import { failedKeptWords, isWhole, type Kept, measuredKept } from "#components/traces/kept.ts";
import type { TraceCall, TraceCallsAnswer } from "#lib/api/traces.ts";
import { formatCount, formatMs, formatPlural } from "#lib/format.ts";
import { milliseconds } from "#lib/units.ts";
import { tracePageHref } from "../trace/links.ts";

/** The trace's page at the span of the call. */
export const callHref = ({ trace, backend, span }: Pick<TraceCall, "trace" | "backend" | "span">): string =>
  tracePageHref({ id: trace, backends: [backend] }, span);

/** In the order of time. */
export function callDots({ items, exemplars }: Pick<TraceCallsAnswer, "items" | "exemplars">): readonly ChartDot[] {
  const took = (ms: number) => formatMs(milliseconds(ms));
  const calls = items.map((call): ChartDot => {
    const { trace, span, service, operation, startNs, durationMs, failed, start } = call;
    return {
      key: `${trace} ${span}`,
      t: Number(BigInt(startNs) / 1_000_000n),
      value: durationMs,
      kind: failed ? "failed" : "fine",
      href: callHref(call),
      words: `${service || "no service name"} ${operation}, ${took(durationMs)}${failed ? ", failed" : ""}, ${sayInstant(start)}`,
    };
  });
  const named = exemplars.map(
    ({ trace, at, durationMs }, index): ChartDot => ({
      ...{ key: `exemplar ${index}`, t: Date.parse(at), value: durationMs, kind: "exemplar" },
      href: tracePageHref({ id: trace, backends: [] }),
      words: `Exemplar of Prometheus, ${took(durationMs)}, ${sayInstant(at)}`,
    }),
  );
  return [...calls, ...named].sort((a, b) => a.t - b.t || (a.key < b.key ? -1 : 1));
}

/**
 * `37 of about 4,100 calls kept`. `counted`: how many calls Prometheus counted in the same time; null where it counted none.
 * Where a backend had more traces than were read, the dots are the newest and say nothing of how many are kept.
 */
export function keptWords(
  answer: Pick<TraceCallsAnswer, "items" | "more" | "full" | "problems" | "partial" | "start" | "end">,
  counted: number | null,
): string {
  const { items, more, full, start, end } = answer;
  const found = items.length + more;
  const about = counted === null ? null : `about ${formatPlural(Math.round(counted), "call")}`;
  const shown = more === 0 ? "" : ` The ${formatCount(items.length)} newest are drawn.`;
  const time = `from ${sayInstant(start)} to ${sayInstant(end)}`;
  if (full.length > 0) {
    const of = about === null ? "" : `, of ${about}`;
    return `${formatPlural(found, "call")} in the newest traces ${time}${of}; more are kept than were read.${shown}`;
  }
  if (about === null)
    return `${formatPlural(found, "call")} kept ${time}; how many there were, nothing counted.${shown}`;
  if (!isWhole(answer)) return `${formatPlural(found, "call")} in what was read ${time}, of ${about}.${shown}`;
  return `${formatCount(found)} of ${about} ${time} kept.${shown}`;
}

/**
 * `0 of about 40 failed calls were kept; at 1 % expect 0.4 (…)`; null where none failed, or only a part of the traces is known. Where all traces
 * of the time were read the share is theirs, else as it is configured.
 */
export function failedWords(
  answer: Pick<TraceCallsAnswer, "items" | "more" | "full" | "problems" | "partial">,
  counted: { readonly requests: number; readonly failed: number } | null,
  configured: Kept | null,
): string | null {
  const { items, more } = answer;
  if (counted === null || !isWhole(answer) || more > 0) return null;
  const found = items.filter(({ failed }) => failed).length;
  return failedKeptWords(found, counted.failed, measuredKept(items.length, counted.requests) ?? configured);
}
