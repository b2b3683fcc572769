/** What telemetry can't have seen of a namespace: servers whose proxies nobody scrapes. */
import { formatPlural } from "#lib/format.ts";
import type { Workload } from "#lib/inventory/model.ts";
import type { Judgement } from "./rows.ts";
import type { SeenCalls } from "./seen.ts";

/** Names that are written out. */
const NAMED = 5;

export function blindSpotsOf(
  workloads: readonly Workload[],
  { coverage }: Pick<SeenCalls, "coverage">,
  callsTo: (workload: Workload) => readonly Judgement[],
): readonly string[] {
  const unscraped: string[] = [];
  const untold: string[] = [];
  const unproven: string[] = [];
  for (const workload of workloads) {
    const known = coverage(workload);
    if (workload.dataplane === "ambient") {
      // One ztunnel a node speaks for all pods on it: that it is scraped shows by what it says of this workload.
      const told = callsTo(workload).some(({ call }) => call.mtls.share !== null && call.mtls.basis === "server");
      if (!told) unproven.push(workload.name);
    } else if (known === null) untold.push(workload.name);
    else if (known.reporting < known.pods) unscraped.push(workload.name);
  }
  const said = (names: readonly string[], what: string) => (names.length === 0 ? [] : [`${what} ${listed(names)}`]);
  return [
    ...said(
      unscraped,
      "callers without a proxy of their own, of whom the server’s proxies would tell that Prometheus doesn’t scrape, or not all:",
    ),
    ...said(untold, "whether Prometheus scrapes the proxies of"),
    ...said(unproven, "whether the ztunnels before them report, of"),
  ];
}

function listed(names: readonly string[]): string {
  const shown = names.toSorted().slice(0, NAMED).join(", ");
  return names.length > NAMED ? `${shown} and ${formatPlural(names.length - NAMED, "more", "more")}` : shown;
}
