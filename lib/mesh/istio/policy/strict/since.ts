/** Since when a workload's proxies are scraped: who called before can't have been seen. Pure; linear in workloads and spans. */
import type { ClusterInventory, Workload } from "#lib/inventory/model.ts";
import type { ScrapeSpan } from "#lib/mesh/port.ts";
import type { UnixSeconds } from "#lib/units.ts";
import { LOOK, podStem } from "../../scraped.ts";
import { ztunnelsOf } from "../../ztunnels.ts";

/** All the while; or since when, and how many hours of the week were missed; `since` null: with gaps. */
export type Scraped = "throughout" | Pick<ScrapeSpan, "since" | "missed">;

interface ScrapedInput {
  readonly spans: readonly ScrapeSpan[];
  /** The end of the window that they are of. */
  readonly at: UnixSeconds;
}

/**
 * Of a workload's own proxies, of an ambient one's of its ztunnels; null: not known. Where its pods' names don't tell it from another
 * workload there is no saying whose proxies were scraped. Of several sources one that saw it all is enough.
 */
export function scrapedIn(
  { spans, at }: ScrapedInput,
  inventory: ClusterInventory,
): (workload: Workload) => Scraped | null {
  const own = spans.filter(({ cluster }) => cluster === inventory.cluster);
  const found = Map.groupBy(own, ({ namespace, stem }) => `${namespace}/${stem}`);
  const bearers = bearersOf(inventory);
  return (workload) => {
    const places = placesOf(workload, inventory);
    if (places === null) return null;
    const { createdAt, template } = workload;
    // Without a controller that is known it is as old as its oldest pod, which says nothing of the workload.
    const born = template === undefined ? null : createdAt;
    let worst: Scraped | null = "throughout";
    for (const place of places) {
      if ((bearers.get(place)?.size ?? 0) > 1) return null;
      worst = worse(worst, best(found.get(place) ?? [], born, at));
    }
    return worst;
  };
}

/** Names without pods' own suffixes, with their namespaces; null: not of all pods that tell. */
function placesOf(workload: Workload, inventory: ClusterInventory): ReadonlySet<string> | null {
  const { namespace, dataplane, pods } = workload;
  const telling =
    dataplane === "ambient"
      ? ztunnelsOf(workload, inventory).pods
      : pods.filter(({ reports }) => reports).map((pod) => ({ namespace, pod }));
  const places = new Set<string>();
  for (const { namespace: there, pod } of telling) {
    const stem = podStem(pod.name);
    if (stem === null) return null;
    places.add(`${there}/${stem}`);
  }
  return places.size === 0 ? null : places;
}

/** Which workloads' pods have such a name. */
function bearersOf({ workloads }: ClusterInventory): ReadonlyMap<string, ReadonlySet<string>> {
  const bearers = new Map<string, Set<string>>();
  for (const { namespace, name, kind, goneAt, pods } of workloads.values()) {
    if (goneAt !== null) continue;
    for (const pod of pods) {
      const place = `${namespace}/${podStem(pod.name)}`;
      const here = bearers.get(place) ?? new Set<string>();
      bearers.set(place, here.add(`${kind}/${name}`));
    }
  }
  return bearers;
}

/** Of what several sources say. Before it was made nobody could have called it; its first look may be the hour after. */
function best(spans: readonly ScrapeSpan[], born: UnixSeconds | null, at: UnixSeconds): Scraped | null {
  const young = (since: number) => born !== null && since <= born + LOOK;
  // No look was due yet.
  if (spans.length === 0) return young(at) ? "throughout" : null;
  return spans
    .map(
      ({ since, missed }): Scraped =>
        missed === 0 || (since !== null && young(since)) ? "throughout" : { since, missed },
    )
    .reduce((a, b) => (worse(a, b) === a ? b : a));
}

const worse = (a: Scraped | null, b: Scraped | null): Scraped | null => (badness(a) >= badness(b) ? a : b);

function badness(scraped: Scraped | null): number {
  if (scraped === null) return Number.POSITIVE_INFINITY;
  return scraped === "throughout" ? 0 : scraped.missed;
}
