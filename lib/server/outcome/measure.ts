/** The traffic of a change's stretches as a viewer may see it: three readings of the whole mesh, whatever the number of pairs. */
import { formatInstant } from "#lib/api/instant.ts";
import { formatAge } from "#lib/format.ts";
import { viewGraph } from "#lib/graph/lens.ts";
import type { GraphEdge } from "#lib/graph/model.ts";
import type { View } from "#lib/graph/view.ts";
import type { Traffic } from "#lib/mesh/outcome.ts";
import { seconds, unixSeconds } from "#lib/units.ts";
import { visibleElements } from "../rights/filter.ts";
import type { Visibility } from "../rights/model.ts";
import { namesIn } from "../rights/names.ts";
import type { Stretch } from "../telemetry/stretch.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Times } from "./times.ts";

export interface Measured {
  /** Of 0 seconds where nothing is known of it. */
  readonly before: Traffic;
  readonly since: Traffic;
  readonly lately: Traffic | null;
  readonly limits: readonly string[];
}

/** @returns a text where nothing can be said of the cluster's calls since: why */
export async function measure(
  telemetry: Telemetry,
  cluster: string,
  { began, from, to, half, before, least }: Times,
  visibility: Visibility,
  signal?: AbortSignal,
): Promise<Measured | string> {
  const covering = telemetry.sources.filter(({ info }) => info.clusters.includes(cluster));
  const start = unixSeconds(began - before);
  await Promise.all(covering.map((source) => source.horizon.look(start, signal)));
  // Rates average over all of their window: where that began before Prometheus did, they would read low.
  const known = Math.max(start, ...covering.map(({ horizon }) => Math.ceil(horizon.first(start) ?? start)));
  const earlier = began - known >= least ? unixSeconds(known) : null;
  const [old, whole, late] = await Promise.all([
    earlier === null ? null : telemetry.stretches.read(earlier, began, signal),
    telemetry.stretches.read(from, to, signal),
    half === null ? null : telemetry.stretches.read(half, to, signal),
  ]);
  const names = covering.map(({ info }) => `“${info.name}”`).join(", ");
  if (!whole.told(cluster))
    return (
      failureOf(whole) ??
      `Prometheus ${names} answers and holds no sample of the time since ${formatInstant(from)}. See whether it still scrapes the mesh.`
    );
  const seen = (stretch: Stretch, length: number) => trafficOf(stretch, cluster, length, visibility);
  const hasOld = old !== null && earlier !== null && old.told(cluster);
  const hasLate = late !== null && half !== null && late.told(cluster);
  return {
    before: hasOld ? seen(old, began - earlier) : NONE,
    since: seen(whole, to - from),
    lately: hasLate ? seen(late, to - half) : null,
    limits: [
      ...new Set([
        ...[old, whole, late].flatMap((each) =>
          each === null ? [] : [...each.failures.values()].map(({ detail }) => detail),
        ),
        ...(hasOld
          ? []
          : [
              `What the traffic was in the ${formatAge(before)} before the change isn’t known, so nothing can be called worse than before.`,
            ]),
        ...(late !== null && half !== null && !hasLate
          ? [`Prometheus ${names} holds no sample since ${formatInstant(half)}: what it holds is old.`]
          : []),
      ]),
    ],
  };
}

const NONE: Traffic = { seconds: 0, edges: [], through: [], nodes: new Map() };
const NO_NAMES: ReadonlySet<string> = new Set();

function failureOf({ failures }: Stretch): string | null {
  const [first] = failures.values();
  return first === undefined ? null : `What the traffic did can’t be asked. ${first.detail}`;
}

/** What another mesh carries, no policy of this one changes. */
const isMeshs = ({ observer }: GraphEdge): boolean => observer !== "extension";

function trafficOf({ graph }: Stretch, cluster: string, length: number, visibility: Visibility): Traffic {
  const view: View = { clusters: [cluster], namespaces: [], lens: "workload", fold: [], latency: false };
  const readable = visibility.all ? view : { ...view, mayRead: visibility.namespace };
  const known = (name: string) => namesIn(graph).get(name) ?? NO_NAMES;
  const plain = visibleElements(viewGraph(graph, readable), visibility, known);
  const through = visibleElements(viewGraph(graph, { ...readable, services: true }), visibility, known);
  return {
    ...{ seconds: seconds(length), edges: plain.edges.filter(isMeshs), through: through.edges.filter(isMeshs) },
    nodes: new Map(plain.nodes.map((node) => [node.id, node])),
  };
}
