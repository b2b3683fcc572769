/** The workload to begin with: small, clean, and called, so that the outcome shows. */
import type { Workload } from "#lib/inventory/model.ts";
import type { StrictPilot } from "#lib/policy/strict.ts";

/** What of the evidence is told of one server. */
export interface Served {
  /** Calls/s in the window that were proven to be mutual TLS; 0: none. */
  readonly proven: number;
  /** Some of its calls would be refused, or may be, or may not have been seen. */
  readonly blocked: boolean;
}

const LABELS = ["app", "app.kubernetes.io/name", "k8s-app"] as const;

/**
 * Of those whose calls are all proven the one with the fewest; by name where that is alike. Its labels select nothing that isn't
 * clean, and no object of their own speaks for any of them: the older one would count. null: none.
 */
export function pilotOf(
  workloads: readonly Workload[],
  served: (workload: Workload) => Served,
  own: (workload: Workload) => boolean,
): StrictPilot | null {
  let best: { readonly rate: number; readonly pilot: StrictPilot } | null = null;
  for (const [, group] of [...Map.groupBy(workloads, keyOf)].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const key = LABELS.find((each) => group[0]?.labels[each] !== undefined);
    const value = key === undefined ? undefined : group[0]?.labels[key];
    if (key === undefined || value === undefined || value === "") continue;
    // Others may bear it too, beside a label of their own that comes first here.
    const selected = workloads.filter(({ labels }) => labels[key] === value);
    const each = selected.map(served);
    const rate = each.reduce((sum, { proven }) => sum + proven, 0);
    if (rate <= 0 || each.some(({ blocked }) => blocked) || selected.some(own)) continue;
    if (best !== null && best.rate <= rate) continue;
    best = { rate, pilot: { labels: { [key]: value }, workloads: selected.map(({ name }) => name).toSorted() } };
  }
  return best?.pilot ?? null;
}

function keyOf({ labels }: Workload): string {
  const key = LABELS.find((each) => labels[each] !== undefined);
  return key === undefined ? "" : `${key}=${labels[key]}`;
}
