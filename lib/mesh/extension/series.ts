/** Range queries for charts of one edge or node as extensions tell of it, and the charts from their answers. */
import type { NodeKey } from "#lib/graph/id.ts";
import type { RequestCount } from "#lib/graph/observation.ts";
import { meterLines, outcomeLines, UNITS } from "#lib/mesh/chart-lines.ts";
import type {
  Capabilities,
  SeriesChart,
  SeriesGrid,
  SeriesOptions,
  SeriesRead,
  SeriesSubject,
} from "#lib/mesh/port.ts";
import type { Expr, Matcher } from "#lib/promql/ast.ts";
import { is, isNot, isOneOf, literal, matches, maxBy, metric, rate, sumBy, tagged, union } from "#lib/promql/build.ts";
import type { Labels, Matrix } from "#lib/promql/result.ts";
import { countOf as countedAs } from "./draft.ts";
import { BYTE_LABELS, BYTES, EXTENSION, IS_ROOT, METER, REQUEST_LABELS, REQUESTS } from "./labels.ts";

type Side = "source" | "dest";

/** The queries; empty where extensions' labels can't tell the subject from others. */
export function seriesReads(
  subject: SeriesSubject,
  _capabilities: Capabilities,
  options: SeriesOptions,
): readonly SeriesRead[] {
  const named = [isNot(EXTENSION, "")];
  if (subject.type === "node") {
    const sides = [
      ["inbound", endMatchers("dest", subject.node, options)],
      ["outbound", endMatchers("source", subject.node, options)],
    ] as const;
    return sides.flatMap(([direction, end]) =>
      end === null ? [] : readsOf(direction, [...named, ...end], null, options),
    );
  }
  const { source, target, protocol } = subject;
  const [from, to] = [endMatchers("source", source, options), endMatchers("dest", target, options)];
  return from === null || to === null ? [] : readsOf("edge", [...named, ...from, ...to], protocol, options);
}

/** `protocol`: null = every. */
function readsOf(
  direction: SeriesRead["direction"],
  matchers: readonly Matcher[],
  protocol: "http" | "grpc" | "tcp" | null,
  { metrics, window }: SeriesOptions,
): readonly SeriesRead[] {
  const spoken = protocol === null ? [] : [matches("protocol", protocol === "grpc" ? "(?i)grpc" : "(?i)http.*")];
  const bytes = (meter: keyof typeof BYTES): Expr =>
    tagged(sumBy([], countedOnce(BYTE_LABELS, rate(metric(BYTES[meter], matchers), window))), METER, meter);
  const requests = rate(metric(REQUESTS, [...matchers, ...spoken]), window);
  const queries: Partial<Record<SeriesRead["metric"], Expr>> = {
    ...(protocol === "tcp"
      ? {}
      : { requests: sumBy(["protocol", "status_code", "flags"], countedOnce(REQUEST_LABELS, requests)) }),
    ...(protocol === null || protocol === "tcp" ? { bytes: union(bytes("sent"), bytes("received")) } : {}),
  };
  return metrics.flatMap((each) => {
    const query = queries[each];
    return query === undefined ? [] : [{ id: `${direction}/${each}`, metric: each, direction, query }];
  });
}

/** What both ends of a call tell of it, alike but for whether it begins at a root, counts once. */
const countedOnce = (labels: readonly string[], expr: Expr): Expr =>
  maxBy(
    labels.filter((label) => label !== IS_ROOT),
    sumBy(labels, expr),
  );

/** Workloads and services are told by one name, with or without its port. null: the labels don't know such a node. */
function endMatchers(
  side: Side,
  { kind, cluster, namespace, name }: NodeKey,
  { metricsNameOf }: Pick<SeriesOptions, "metricsNameOf">,
): readonly Matcher[] | null {
  const at = isOneOf(`${side}_cluster`, [metricsNameOf(cluster), "unknown", ""]);
  switch (kind) {
    case "cluster":
      return [at];
    case "namespace":
      return [at, is(`${side}_namespace`, namespace)];
    case "workload":
    case "service":
    case "app":
      return [at, is(`${side}_namespace`, namespace), matches(`${side}_name`, `${literal(name)}(?::[0-9]{1,5})?`)];
    case "external":
    case "unknown":
    case "restricted":
    case "operation":
      return null;
  }
}

/** One chart a read that has samples. */
export function chartsOf(
  answers: ReadonlyMap<string, Matrix>,
  reads: readonly SeriesRead[],
  grid: SeriesGrid,
): readonly SeriesChart[] {
  return reads.flatMap(({ id, metric: of, direction }): readonly SeriesChart[] => {
    const series = answers.get(id)?.series ?? [];
    const lines =
      of === "requests"
        ? outcomeLines(series, grid, countOf)
        : meterLines(series, grid, METER, { sent: ["sent"], received: ["received"] });
    return lines.length === 0 ? [] : [{ metric: of, unit: UNITS[of], direction, observer: "extension", lines }];
  });
}

const countOf = (labels: Labels): Pick<RequestCount, "code" | "grpc" | "flags"> =>
  countedAs(labels, labels["protocol"]?.toLowerCase() === "grpc" ? "grpc" : "http");
