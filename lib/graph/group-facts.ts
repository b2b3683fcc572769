/** What a mark knows of the workloads that it stands for: coverage, labels, data plane, names. */
import { compareIds } from "./id.ts";
import type { Coverage, GraphNode } from "./model.ts";
import type { Placement } from "./placement.ts";
import { record } from "./record.ts";
import type { WorkloadNode } from "./workload-graph.ts";

export function coverageOf(nodes: ReadonlySet<WorkloadNode>): Coverage | null {
  const known = [...nodes].flatMap(({ coverage }) => coverage ?? []);
  if (known.length === 0) return null;
  const total = (read: (coverage: Coverage) => number) => known.reduce((sum, coverage) => sum + read(coverage), 0);
  return { reporting: total((c) => c.reporting), pods: total((c) => c.pods) };
}

/** A workload has a handful of labels; who has more is a machine's. */
const MAX_LABELS = 32;

/** Labels that all members carry, in order; null where nothing is known of any. */
export function commonLabels(nodes: ReadonlySet<WorkloadNode>): Readonly<Record<string, string>> | null {
  const [first, ...others] = nodes;
  if (first === undefined) return null;
  const common = Object.entries(first.labels).filter(([name, value]) =>
    others.every(({ labels }) => Object.hasOwn(labels, name) && labels[name] === value),
  );
  return common.length === 0
    ? null
    : record(new Map(common.toSorted(([a], [b]) => compareIds(a, b)).slice(0, MAX_LABELS)));
}

export function sameDataplane(nodes: ReadonlySet<WorkloadNode>): GraphNode["dataplane"] {
  const [first = null, ...others] = new Set([...nodes].map((node) => node.dataplane));
  return others.length === 0 ? first : null;
}

export function namesOf(
  { key }: Placement,
  single: WorkloadNode | null,
): Pick<GraphNode, "workload" | "app" | "version" | "service"> {
  switch (key.kind) {
    case "workload":
      return {
        workload: key.name,
        ...(single?.app == null ? {} : { app: single.app }),
        ...(single?.version == null ? {} : { version: single.version }),
        ...(single?.service == null ? {} : { service: single.service.name }),
      };
    case "app":
      return { app: key.name, ...(key.version === undefined ? {} : { version: key.version }) };
    case "service":
    case "external":
      return { service: key.name };
    case "namespace":
    case "cluster":
    case "restricted":
    case "unknown":
    case "operation":
      return {};
  }
}
