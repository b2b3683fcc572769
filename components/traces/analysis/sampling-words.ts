/** How much of all requests the sample stands for, in words. Pure. */
import type { AnalysisResult } from "#lib/api/trace-analysis.ts";
import { formatCount, formatPercent } from "#lib/format.ts";
import { ratio } from "#lib/units.ts";

type Sample = AnalysisResult["sample"];

const share = (of: number | null): string => (of === null ? "unknown" : formatPercent(ratio(of)));

/** `about 1 % of requests leave a trace (0.8 % to 1.2 %)`. */
export function samplingWords({ sampling: { rate, low, high, basis } }: Pick<Sample, "sampling">): string {
  switch (basis) {
    case "counted":
      return `${share(rate)} of requests left a trace`;
    case "estimated":
      return `about ${share(rate)} of requests left a trace (${share(low)} to ${share(high)})`;
    case "floor":
      return `at least ${share(low)} of requests left a trace; how many more isn't known`;
    case "unknown":
      return "sampling rate unknown";
  }
}

/** What the numbers rest on: `200 traces, worth 150, weighed by the latencies of 20,000 requests`. */
export function restsOn({ traces, effective, weighted, requests, uncovered, complete, kept }: Sample): string {
  const worth = Math.round(effective);
  const size = `${formatCount(traces)} ${traces === 1 ? "trace" : "traces"}${worth < traces ? `, worth ${formatCount(worth)} that count alike` : ""}`;
  const found = complete
    ? `all ${formatCount(kept)} that were kept`
    : `of at least ${formatCount(kept)} that were kept`;
  const weighed = weighted
    ? `weighed by the latencies of about ${formatCount(Math.round(requests ?? 0))} requests`
    : "unweighted";
  const missing =
    weighted && uncovered !== null && uncovered >= 0.005
      ? `; ${formatPercent(ratio(uncovered))} of them took a time that no trace here has`
      : "";
  return `${size}; ${found}; ${weighed}${missing}`;
}
