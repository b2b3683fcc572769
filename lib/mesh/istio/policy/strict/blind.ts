/** What telemetry can't have seen of a namespace: servers whose proxies nobody scrapes, or not all of them all the week. */
import { formatPlural } from "#lib/format.ts";
import type { Workload } from "#lib/inventory/model.ts";
import type { UnixSeconds } from "#lib/units.ts";
import { behindZtunnels } from "../../ztunnels.ts";
import type { Judgement } from "./rows.ts";
import type { SeenCalls } from "./seen.ts";

/** Names that are written out. */
const NAMED = 5;

type CallsTo = (workload: Workload) => readonly Judgement[];
type Known = Pick<SeenCalls, "coverage" | "scraped">;

/** Of now, and of those of whom that is known, of the week. */
export function blindSpotsOf(workloads: readonly Workload[], known: Known, callsTo: CallsTo): readonly string[] {
  const sorted = Map.groupBy(workloads, (each) => unseenNow(each, known, callsTo));
  const said = (why: keyof typeof WORDS) => told(WORDS[why], (sorted.get(why) ?? []).map(nameOf));
  return [...said("unscraped"), ...said("untold"), ...said("unproven"), ...unseenBefore(sorted.get(null) ?? [], known)];
}

/** Whether who calls this one, or called it within the week where nobody was seen to, may not have been seen. */
export function isBlind(workload: Workload, known: Known, callsTo: CallsTo): boolean {
  if (unseenNow(workload, known, callsTo) !== null) return true;
  // Nobody in a week is worth as much as the week that was looked at; calls that were seen are worth it by themselves.
  return callsTo(workload).length === 0 && known.scraped(workload) !== "throughout";
}

const WORDS = {
  unscraped:
    "callers without a proxy of their own, of whom the server’s proxies would tell that Prometheus doesn’t scrape, or not all:",
  untold: "whether Prometheus scrapes the proxies of",
  unproven: "whether the ztunnels before them report, of",
} as const;

function unseenNow(workload: Workload, { coverage }: Known, callsTo: CallsTo): keyof typeof WORDS | null {
  const behind = workload.dataplane === "ambient" || behindZtunnels(workload).length > 0;
  const own = workload.pods.some(({ reports }) => reports);
  if (own || !behind) {
    const covered = coverage(workload);
    if (covered === null) return "untold";
    if (covered.reporting < covered.pods) return "unscraped";
  }
  if (!behind) return null;
  // One ztunnel a node speaks for all pods on it: that it is scraped shows by what it says of this workload, if no sidecar can have said it.
  const tells = callsTo(workload).some(({ call }) => call.mtls.share !== null && call.mtls.basis === "server");
  return tells && !own ? null : "unproven";
}

function unseenBefore(workloads: readonly Workload[], { scraped }: Known): readonly string[] {
  const untold: string[] = [];
  const gaps: string[] = [];
  const since = new Map<UnixSeconds, string[]>();
  for (const workload of workloads) {
    const found = scraped(workload);
    const { name } = workload;
    if (found === "throughout") continue;
    if (found === null) untold.push(name);
    else if (found.since === null) gaps.push(`${name} (${found.missed} h)`);
    else since.set(found.since, [...(since.get(found.since) ?? []), name]);
  }
  return [
    ...[...since]
      .toSorted(([a], [b]) => a - b)
      .flatMap(([at, names]) =>
        told(`callers before ${instant(at)}: only since then are as many proxies scraped as there are now, of`, names),
      ),
    ...told("callers at hours of the 7 days at which fewer proxies were scraped than there are now, of", gaps),
    ...told("callers within the 7 days: since when proxies are scraped isn’t known of", untold),
  ];
}

const nameOf = ({ name }: Workload): string => name;
const instant = (at: UnixSeconds): string => new Date(at * 1000).toISOString().replace(".000Z", "Z");

const told = (what: string, names: readonly string[]): readonly string[] =>
  names.length === 0 ? [] : [`${what} ${listed(names)}`];

function listed(names: readonly string[]): string {
  const shown = names.toSorted().slice(0, NAMED).join(", ");
  return names.length > NAMED ? `${shown} and ${formatPlural(names.length - NAMED, "more", "more")}` : shown;
}
