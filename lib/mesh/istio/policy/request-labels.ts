/**
 * Which labels of requests mean what their names say: those that every Telemetry object which sets them makes of the same attribute. A
 * label of that name that comes from elsewhere isn't read. Pure.
 * https://istio.io/latest/docs/tasks/observability/metrics/customize-metrics/
 */
import type { RequestFact } from "#lib/mesh/port.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { FACT_LABELS } from "../labels.ts";
import { listAt, objectAt, specOf, textAt } from "./routing/json.ts";

/** What each label has to be made of: https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/advanced/attributes */
export const FACT_VALUES: Readonly<Record<RequestFact, string>> = {
  method: "request.method",
  host: "request.host",
  port: "string(destination.port)",
};

interface LabelsRead {
  readonly of: readonly RequestFact[];
  /** Labels that are set and mean something else somewhere, in a sentence each. */
  readonly left: readonly string[];
}

/** `telemetries`: all of the cluster. */
export function labelsToRead(telemetries: readonly Manifest[]): LabelsRead {
  const of: RequestFact[] = [];
  const left: string[] = [];
  const facts = Object.keys(FACT_LABELS) as RequestFact[];
  for (const fact of facts) {
    const values = telemetries.flatMap(valuesOf(FACT_LABELS[fact]));
    if (values.length === 0) continue;
    if (values.every((value) => value.replaceAll(/\s/g, "") === FACT_VALUES[fact])) of.push(fact);
    else
      left.push(
        `The label ${FACT_LABELS[fact]} isn’t read: not every Telemetry object that sets it makes it of ${FACT_VALUES[fact]}.`,
      );
  }
  return { of, left };
}

/** What servers' counters of requests get under that name. */
const valuesOf =
  (label: string) =>
  (telemetry: Manifest): readonly string[] =>
    listAt(specOf(telemetry), "metrics")
      .flatMap((metrics) => listAt(metrics, "overrides"))
      .filter((override) => {
        const match = objectAt(override, "match");
        const [metric, mode] = [textAt(match, "metric") ?? "ALL_METRICS", textAt(match, "mode") ?? "CLIENT_AND_SERVER"];
        return (metric === "ALL_METRICS" || metric === "REQUEST_COUNT") && mode !== "CLIENT";
      })
      .flatMap((override) => {
        const tag = objectAt(objectAt(override, "tagOverrides"), label);
        return textAt(tag, "operation") === "REMOVE" ? [] : (textAt(tag, "value") ?? []);
      });
