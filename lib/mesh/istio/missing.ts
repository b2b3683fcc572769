/**
 * What the telemetry doesn't carry, what that costs, and the setting that would add it. Labels are dropped by Telemetry
 * tag overrides (https://istio.io/latest/docs/tasks/observability/metrics/customize-metrics/) or by metric relabelling in
 * Prometheus; both are named.
 */
import type { Missing, Protocol } from "#lib/graph/model.ts";
import type { Answers } from "#lib/mesh/port.ts";
import type { Labels } from "#lib/promql/result.ts";
import type { Facts } from "./facts.ts";

const RESTORE = (label: string) =>
  `Telemetry resource: remove the override of tag ${label} (tagOverrides with operation REMOVE); in Prometheus, a labeldrop in metric_relabel_configs does the same.`;

const REQUEST_CONSEQUENCES: Readonly<Record<string, string>> = {
  source_workload: "Callers can't be told apart: they are drawn as unknown.",
  source_workload_namespace: "Callers can't be placed: they are drawn as unknown.",
  destination_workload: "Calls end at services: which version or workload answered is not known.",
  destination_workload_namespace: "Calls end at services: which version or workload answered is not known.",
  destination_service: "Calls that reached no workload can't be placed, and the service lens falls back to workloads.",
  source_cluster: "With several clusters, callers of one may be drawn in another.",
  destination_cluster: "With several clusters, destinations of one may be drawn in another.",
  source_canonical_service: "Without Kubernetes, callers have no app.",
  destination_canonical_service: "Without Kubernetes, destinations have no app.",
  source_canonical_revision: "Without Kubernetes, callers have no version.",
  destination_canonical_revision: "Without Kubernetes, shares by version are not known.",
  request_protocol: "http and gRPC are told apart by the gRPC status alone.",
  response_code: "Success and failure can't be told: error rate and health stay unknown.",
  response_flags: "Why requests failed is not known, and calls that never arrived look like the server's answers.",
  connection_security_policy: "How much of the traffic is mTLS is not measured.",
  source_principal: "The identity of callers is not shown.",
  destination_principal: "Where only clients report, mTLS is not known.",
};
const CONNECTION_LABELS = [
  "source_workload",
  "destination_workload",
  "response_flags",
  "connection_security_policy",
] as const;

/** Counts series that lack labels. A gRPC status is missing only where the protocol has one. */
export class MissingLabels {
  readonly #lacking = new Map<string, number>();
  #series = 0;

  request(labels: Labels, protocol: Protocol | null): void {
    this.#series++;
    for (const label in REQUEST_CONSEQUENCES) if (labels[label] === undefined) this.#count(label);
    // A trailers-only failure without status exists, but only where a response came at all.
    if (protocol === "grpc" && labels["grpc_response_status"] === undefined && labels["response_code"] === "200") {
      this.#count("grpc_response_status");
    }
  }

  connection(labels: Labels): void {
    this.#series++;
    for (const label of CONNECTION_LABELS) if (labels[label] === undefined) this.#count(label);
  }

  #count(label: string): void {
    this.#lacking.set(label, (this.#lacking.get(label) ?? 0) + 1);
  }

  /** One entry a label, in order. */
  list(): readonly Missing[] {
    return [...this.#lacking]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([label, count]) => {
        const consequence =
          label === "grpc_response_status"
            ? "gRPC calls are judged by their HTTP code, which is 200 for most failures."
            : (REQUEST_CONSEQUENCES[label] ?? "");
        const share = count === this.#series ? "" : ` (${count} of ${this.#series} series)`;
        return { what: `label ${label}${share}`, consequence, setting: RESTORE(label) };
      });
  }
}

/** What the probes didn't find. */
export function missingTelemetry(facts: Facts): readonly Missing[] {
  const missing: Missing[] = [];
  if (facts.podLabel === null && facts.jobs.length > 0) {
    missing.push({
      what: "a pod label on scraped series",
      consequence:
        "Coverage and pods scraped twice can't be seen. If these are sums over pods (as in Istio's federation rules), every restart looks like a counter reset.",
      setting:
        "Prometheus relabel_configs: copy __meta_kubernetes_pod_name to `pod` and __meta_kubernetes_namespace to `namespace`; record sums of rate(), never of raw counters.",
    });
  }
  if (facts.ztunnel && facts.ztunnelLabel === null) {
    missing.push({
      what: "a label that tells ztunnel from sidecars",
      consequence: "ztunnel's connections are taken for a sidecar's, so ambient traffic may be drawn twice.",
      setting: "Prometheus relabel_configs: copy __meta_kubernetes_pod_label_app to `app`.",
    });
  }
  if (facts.buckets === "native") {
    missing.push({
      what: "classic histogram buckets of istio_request_duration_milliseconds",
      consequence: "This Prometheus stores native histograms only: latency is not shown.",
      setting:
        "Prometheus scrape_config: always_scrape_classic_histograms: true (scrape_classic_histograms before 3.0).",
    });
  } else if (facts.buckets === "none" && facts.jobs.length > 0) {
    missing.push({
      what: "metric istio_request_duration_milliseconds",
      consequence: "Latency is not shown.",
      setting:
        "Telemetry resource: enable REQUEST_DURATION for the Prometheus provider; in Prometheus, keep the metric in metric_relabel_configs.",
    });
  }
  return missing;
}

const READ_CONSEQUENCES: Readonly<Record<string, string>> = {
  requests: "There are no HTTP and gRPC edges in this answer.",
  newborn: "Requests of series that began within the window are not counted; a burst of new errors may read as none.",
  l4: "There are no TCP edges in this answer, streams without finished requests are not seen, and ztunnels' evidence is missing.",
};

/** Reads that failed in this refresh. */
export function missingReads(answers: Answers): readonly Missing[] {
  return Object.entries(READ_CONSEQUENCES).flatMap(([read, consequence]) =>
    answers.has(read)
      ? []
      : [
          {
            what: `answer to the ${read} query`,
            consequence,
            setting: "See the source's state for the error Prometheus gave.",
          },
        ],
  );
}
