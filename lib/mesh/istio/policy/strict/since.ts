/** Since when all of a workload's proxies are scraped: who called before can't have been seen. Pure; linear in workloads and spans. */
import type { ClusterInventory, Workload } from "#lib/inventory/model.ts";
import type { ScrapeSpan } from "#lib/mesh/port.ts";
import { type Seconds, type UnixSeconds, unixSeconds } from "#lib/units.ts";
import { LOOK, looksDue, podStem } from "../../scraped.ts";
import { behindZtunnels, ztunnelsOf } from "../../ztunnels.ts";

/** All the while; or since when, and how many hours of the week were missed; `since` null: with gaps. */
export type Scraped = "throughout" | Pick<ScrapeSpan, "since" | "missed">;

interface ScrapedInput {
  readonly spans: readonly ScrapeSpan[];
  /** The end of the window that they are of. */
  readonly at: UnixSeconds;
  readonly window: Seconds;
}

/**
 * Of a workload's own proxies, and of the ztunnels of its pods that have none; null: not known. An hour counts where as many pods were scraped as it
 * has now: how many it had then nobody tells, but of so many one that isn't scraped is lacking. So hours before it was scaled up don't
 * count, nor those of ztunnels before a node was added. Of pods beyond as many, which came and went, nobody knows. Where its pods' names
 * don't tell it from another workload there is no saying whose proxies were scraped. Of several sources one that saw it all is enough.
 */
export function scrapedIn(
  { spans, at, window }: ScrapedInput,
  inventory: ClusterInventory,
): (workload: Workload) => Scraped | null {
  const own = spans.filter(({ cluster }) => cluster === inventory.cluster);
  const found = Map.groupBy(own, ({ namespace, stem }) => `${namespace}/${stem}`);
  const bearers = bearersOf(inventory, unixSeconds(at - window));
  return (workload) => {
    const places = placesOf(workload, inventory);
    if (places === null) return null;
    const { createdAt, template } = workload;
    // Without a controller that is known it is as old as its oldest pod, which says nothing of the workload.
    const born = template === undefined ? null : createdAt;
    let worst: Scraped | null = "throughout";
    for (const place of places) {
      const [pods, ...others] = bearers.get(place)?.values() ?? [];
      if (pods === undefined || others.length > 0) return null;
      worst = worse(worst, scrapedAt(found.get(place) ?? [], { pods, born, at, window }));
    }
    return worst;
  };
}

/** Names without pods' own suffixes, with their namespaces, of its proxies and of the ztunnels before its other pods; null: not of all that tell. */
function placesOf(workload: Workload, inventory: ClusterInventory): ReadonlySet<string> | null {
  const { namespace, sharesName } = workload;
  const own = workload.pods.filter(({ reports }) => reports).map((pod) => ({ namespace, pod }));
  const behind = behindZtunnels(workload);
  const ztunnels = behind.length === 0 ? [] : ztunnelsOf({ pods: behind }, inventory).pods;
  if (behind.length > 0 && ztunnels.length === 0) return null;
  if (own.length > 0 && sharesName) return null;
  const places = new Set<string>();
  for (const { namespace: there, pod } of [...own, ...ztunnels]) {
    const stem = podStem(pod.name);
    if (stem === null) return null;
    places.add(`${there}/${stem}`);
  }
  return places.size === 0 ? null : places;
}

/** As controllers name pods: which of these ways a workload that is gone had is forgotten. */
const ENDINGS = ["", "-0", "-bcdfg", "-bcdfgh-bcdfg"];

/** Which workloads' pods have such a name, and how many of them should be scraped: those that report, where any does. None of what was gone by `from`. */
function bearersOf(
  { workloads }: ClusterInventory,
  from: UnixSeconds,
): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const bearers = new Map<string, Map<string, number>>();
  for (const { namespace, name, kind, goneAt, pods } of workloads.values()) {
    if (goneAt !== null && goneAt < from) continue;
    const known = pods.map((pod) => ({ stem: podStem(pod.name), reports: pod.reports }));
    const had = goneAt === null ? [] : ENDINGS.map((ending) => ({ stem: podStem(name + ending), reports: true }));
    for (const [stem, alike] of Map.groupBy([...known, ...had], (pod) => pod.stem)) {
      const place = `${namespace}/${stem}`;
      const here = bearers.get(place) ?? new Map<string, number>();
      const reporting = alike.filter(({ reports }) => reports).length;
      bearers.set(place, here.set(`${kind}/${name}`, reporting || alike.length));
    }
  }
  return bearers;
}

interface Asked extends Omit<ScrapedInput, "spans"> {
  readonly pods: number;
  readonly born: UnixSeconds | null;
}

/** Of what several sources say the best. Before it was made nobody could have called it; its first look may be the hour after. */
function scrapedAt(spans: readonly ScrapeSpan[], { pods, born, at, window }: Asked): Scraped | null {
  const before = born !== null && spans.some((span) => foundBefore(span, born, { at, window }));
  const young = (since: number) => born !== null && !before && since <= born + LOOK;
  // No look was due yet.
  if (young(at)) return "throughout";
  if (spans.length === 0) return null;
  // A source's own spans of fewer and of more pods stand side by side: that of just enough is the least that it knows.
  return spans
    .filter((span) => span.pods >= pods)
    .map(
      ({ since, missed }): Scraped =>
        missed === 0 || (since !== null && young(since)) ? "throughout" : { since, missed },
    )
    .reduce<Scraped>((a, b) => (worse(a, b) === a ? b : a), { since: null, missed: looksDue(at, window) });
}

/** Whether pods of its name were there before it was made, by a look or by more looks than fit: it may have them from an earlier one. */
function foundBefore(
  { since, missed }: ScrapeSpan,
  born: UnixSeconds,
  { at, window }: Pick<Asked, "at" | "window">,
): boolean {
  // One look more where Prometheus looks at a window's very beginning, and one as its clock isn't the API server's.
  return (since !== null && since < born) || looksDue(at, window) - missed > 2 + (at - born) / LOOK;
}

const worse = (a: Scraped | null, b: Scraped | null): Scraped | null => (badness(a) >= badness(b) ? a : b);

function badness(scraped: Scraped | null): number {
  if (scraped === null) return Number.POSITIVE_INFINITY;
  return scraped === "throughout" ? 0 : scraped.missed;
}
