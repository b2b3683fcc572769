/**
 * Telemetry objects as far as they change what proxies count: which size histograms there are, and tags of a request's own.
 * https://istio.io/latest/docs/reference/config/telemetry/#MetricsOverrides
 */
import type { Json, KubeObject } from "../kube/object.ts";
import { labelsAt, listAt, objectAt, selects, textAt } from "../kube/read.ts";
import { readTagValue, type TagValue } from "./tag-value.ts";

/** A label that classified requests carry beside the standard ones. */
export interface Tag {
  readonly name: string;
  readonly value: TagValue;
  /** Only istio_requests_total has it; the histograms count on together. */
  readonly counts?: true;
}

/** Which side of a call a proxy tells of. */
export type Side = "CLIENT" | "SERVER";

export interface Telemetry {
  readonly namespace: string;
  /** null: of the whole namespace. */
  readonly selector: Readonly<Record<string, string>> | null;
  readonly overrides: readonly Json[];
}

export function readTelemetry({ metadata, spec }: KubeObject): Telemetry {
  const selector = labelsAt(objectAt(spec, "selector"), "matchLabels");
  return {
    namespace: metadata.namespace ?? "default",
    selector: Object.keys(selector).length === 0 ? null : selector,
    overrides: listAt(spec, "metrics").flatMap((metrics) => listAt(metrics, "overrides")),
  };
}

/** Whether a mesh keeps its histograms of sizes: Telemetry of the root namespace may disable both. */
export function keepsByteHistograms(all: readonly Telemetry[], root: string): boolean {
  const disabled = new Set<string>();
  for (const { namespace, overrides } of all) {
    if (namespace !== root) continue;
    for (const override of overrides) {
      const metric = textAt(objectAt(override, "match"), "metric");
      if (metric !== undefined && override["disabled"] === true) disabled.add(metric);
    }
  }
  return !(disabled.has("REQUEST_SIZE") && disabled.has("RESPONSE_SIZE"));
}

/** How near to a workload an object speaks: of the mesh, of its namespace, of itself; null: not of it. */
function nearness(
  { namespace, selector }: Telemetry,
  pod: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> },
  root: string,
): number | null {
  if (namespace === root && selector === null) return 0;
  if (namespace !== pod.namespace) return null;
  if (selector === null) return 1;
  return selects(selector, pod.labels) ? 2 : null;
}

/**
 * The tags that a workload's proxy adds to what it tells of requests: of overrides of all metrics and of REQUEST_COUNT, what is nearer to
 * the workload last, so that it wins. Overrides of one other metric are left out.
 */
export function tagsOf(
  all: readonly Telemetry[],
  pod: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> },
  side: Side,
  root: string,
): readonly Tag[] {
  const tags = new Map<string, Tag>();
  const near = all.flatMap((telemetry) => {
    const level = nearness(telemetry, pod, root);
    return level === null ? [] : [{ level, telemetry }];
  });
  for (const { telemetry } of near.sort((a, b) => a.level - b.level))
    for (const override of telemetry.overrides) {
      const match = objectAt(override, "match");
      const mode = textAt(match, "mode") ?? "CLIENT_AND_SERVER";
      const metric = textAt(match, "metric") ?? "ALL_METRICS";
      if (metric !== "ALL_METRICS" && metric !== "REQUEST_COUNT") continue;
      const counts = metric === "REQUEST_COUNT" ? ({ counts: true } as const) : {};
      if (mode !== "CLIENT_AND_SERVER" && mode !== side) continue;
      for (const [name, each] of Object.entries(objectAt(override, "tagOverrides"))) {
        const value = textAt(each, "value");
        if (textAt(each, "operation") === "REMOVE") tags.delete(name);
        else if (value !== undefined && /^[a-zA-Z_]\w*$/.test(name))
          tags.set(name, { name, value: readTagValue(value), ...counts });
      }
    }
  return [...tags.values()];
}
