/** Which calls were seen: by rate within the last hour, and whether at all within the last 7 days. */
import { formatInstant } from "#lib/api/instant.ts";
import { WINDOWS, type Window, windowSeconds } from "#lib/api/windows.ts";
import { formatAge } from "#lib/format.ts";
import type { SourceStatus } from "#lib/graph/model.ts";
import { observedCalls } from "#lib/mesh/impact.ts";
import type { ExistenceOptions } from "#lib/mesh/port.ts";
import { seconds, type UnixSeconds, unixSeconds } from "#lib/units.ts";
import type { Timers } from "../clock.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { WEEK } from "../telemetry/week.ts";

export interface Traffic {
  readonly at: UnixSeconds;
  /** The rates are averages over it: the hour, or as much of it as Prometheus knows. */
  readonly window: Window;
  readonly calls: ReturnType<typeof observedCalls>;
  /** null: it could not be asked. */
  readonly week: boolean;
  readonly limits: readonly string[];
}

const HOUR = seconds(3600);
/** Who plans again and again within it shares one reading. */
const ROUND_S = 15;

/**
 * `latency`: the hour's buckets are read beside its rates, in the same round.
 * @returns a text where nothing can be said of the cluster's calls: why.
 */
export async function readTraffic(
  telemetry: Telemetry,
  timers: Timers,
  cluster: string,
  { scope, latency = false }: { readonly scope: ExistenceOptions["scope"]; readonly latency?: boolean },
  signal?: AbortSignal,
): Promise<Traffic | string> {
  const at = unixSeconds(Math.floor(timers.now() / ROUND_S) * ROUND_S);
  const covering = telemetry.sources.filter(({ info }) => info.clusters.includes(cluster));
  if (covering.length === 0) return `No Prometheus is configured for cluster "${cluster}", so no calls are known.`;
  await Promise.all(covering.map((source) => source.horizon.look(unixSeconds(at - WEEK), signal)));
  const known = covering.map(({ horizon }) => at - (horizon.first(unixSeconds(at - WEEK)) ?? at - WEEK));
  const window = longest(Math.min(...known));
  const [hour, week] = await Promise.all([
    telemetry.past.graph(window, at, { latency, hour: false }, signal),
    telemetry.weeks.before(scope, signal),
  ]);
  const sources = hour.sources.filter(({ kind, clusters }) => kind === "prometheus" && clusters.includes(cluster));
  if (!hour.publication.told(cluster)) return downOf(sources);
  return {
    ...{ at, window, week: week.graph !== null },
    calls: observedCalls(hour.publication.graph, week.graph),
    limits: [
      ...known.flatMap((length, index) => (length < HOUR ? [young(covering[index]?.info.name ?? "", at, length)] : [])),
      ...known.flatMap((length, index) =>
        length >= HOUR && length < WEEK ? [shortWeek(covering[index]?.info.name ?? "", at, length)] : [],
      ),
      ...sources.flatMap(({ problem, warnings }) => [
        ...(problem === undefined ? [] : [problem.detail]),
        ...warnings.filter((text) => !text.includes("knows nothing before")),
      ]),
      ...(week.graph === null && week.failures.size === 0
        ? ["This mesh’s telemetry can’t be asked which pairs were seen in the last 7 days."]
        : []),
      ...[...week.failures].map(
        ([name, { detail }]) => `Which pairs were seen in the last 7 days could not be asked of '${name}'. ${detail}`,
      ),
    ],
  };
}

/** The hour, or the longest window that is known whole. */
function longest(known: number): Window {
  const fits = WINDOWS.findLast((each) => windowSeconds(each) <= Math.min(HOUR, known));
  return fits ?? WINDOWS[0];
}

const since = (at: UnixSeconds, length: number): string => formatInstant(unixSeconds(Math.floor(at - length)));

const young = (name: string, at: UnixSeconds, length: number): string =>
  `Prometheus '${name}' knows nothing before ${since(at, length)}: of the last hour it has seen ${formatAge(seconds(length))}, and of the 7 days no more.`;
const shortWeek = (name: string, at: UnixSeconds, length: number): string =>
  `Prometheus '${name}' knows nothing before ${since(at, length)}: of the 7 days it has seen ${formatAge(seconds(length))}.`;

function downOf(sources: readonly SourceStatus[]): string {
  const [problem] = sources.flatMap((each) => each.problem ?? []);
  const why = problem?.detail ?? "No Prometheus answered.";
  return `Which calls it concerns can't be asked. ${why}`;
}
