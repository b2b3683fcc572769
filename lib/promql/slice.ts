/** One instant of a range query's answer. */
import type { UnixSeconds } from "#lib/units.ts";
import type { Matrix, Sample, Vector } from "./result.ts";

/** Where `at` is in ascending instants; -1 where it isn't. */
function indexOf(times: readonly UnixSeconds[], at: UnixSeconds): number {
  let low = 0;
  let high = times.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const time = times[middle] as UnixSeconds;
    if (time === at) return middle;
    if (time < at) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/**
 * What an instant query at `at` would have answered, where `at` is one of the range's steps: Prometheus evaluates both
 * alike. Series without a sample then are absent. Cost: series × log(steps).
 */
export function vectorAt({ series, warnings, infos }: Matrix, at: UnixSeconds): Vector {
  const samples: Sample[] = [];
  for (const { labels, times, values, histograms } of series) {
    const index = indexOf(times, at);
    if (index >= 0) {
      samples.push({ labels, value: values[index] as number });
      continue;
    }
    const found = histograms?.find((each) => each.at === at);
    if (found !== undefined) samples.push({ labels, value: Number.NaN, histogram: found.histogram });
  }
  return { at, samples, warnings, infos };
}
