/** Labels that a selector can tell one workload by. Pure. */
import type { Workload } from "#lib/inventory/model.ts";

const TELLING: readonly (readonly string[])[] = [
  ["app"],
  ["app.kubernetes.io/name"],
  ["k8s-app"],
  ["app", "version"],
  ["app.kubernetes.io/name", "app.kubernetes.io/instance"],
  ["app.kubernetes.io/name", "app.kubernetes.io/version"],
];

/** The fewest labels that select this workload alone of all that are `here` (itself among them), usual ones first; null: none do. */
export function ownLabels(workload: Workload, here: readonly Workload[]): Readonly<Record<string, string>> | null {
  const all = Object.keys(workload.labels).filter(
    (key) => !/(^|[-/])(pod-template|controller-revision)-hash$/.test(key),
  );
  for (const keys of [...TELLING, all]) {
    const labels = Object.fromEntries(keys.map((key) => [key, workload.labels[key]]));
    const complete = Object.values(labels).every((value) => value !== undefined && value !== "");
    const others = here.filter((one) => keys.every((key) => one.labels[key] === labels[key]));
    if (keys.length > 0 && complete && others.length === 1) return labels as Record<string, string>;
  }
  return null;
}
