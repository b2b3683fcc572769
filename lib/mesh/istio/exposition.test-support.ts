/** Istio's series as proxies expose them, written by hand for tests: labels complete, values by instant. */
import type { Labels } from "#lib/promql/result.ts";

/** `shop/cart` or `?`. */
function ends(side: "source" | "destination", workload: string): Labels {
  const [namespace = "unknown", name = "unknown"] = workload === "?" ? [] : workload.split("/");
  const known = workload !== "?";
  return {
    [`${side}_workload`]: name,
    [`${side}_workload_namespace`]: namespace,
    [`${side}_canonical_service`]: name,
    [`${side}_canonical_revision`]: known ? "v1" : "latest",
    [`${side}_app`]: name,
    [`${side}_version`]: known ? "v1" : "unknown",
    [`${side}_cluster`]: known ? "c1" : "unknown",
    [`${side}_principal`]: known ? `spiffe://cluster.local/ns/${namespace}/sa/${name}` : "unknown",
  };
}

export interface Call {
  readonly reporter: "source" | "destination" | "waypoint";
  readonly from: string;
  readonly to: string;
  /** Host called; default: the destination's name as a service in its namespace. */
  readonly host?: string;
  /** Other labels, replacing what the above says. */
  readonly labels?: Labels;
}

/** All labels of one call's series, without those of its code. */
export function callLabels({ reporter, from, to, host, labels = {} }: Call): Labels {
  const [namespace = "unknown", name = "unknown"] = to === "?" ? [] : to.split("/");
  const service = host ?? (to === "?" ? "unknown" : `${name}.${namespace}.svc.cluster.local`);
  return {
    reporter,
    ...ends("source", from),
    ...ends("destination", to),
    destination_service: service,
    destination_service_name: to === "?" ? (service.split(".")[0] ?? service) : name,
    destination_service_namespace: namespace,
    connection_security_policy: reporter === "source" ? "unknown" : "mutual_tls",
    ...labels,
  };
}

export function requestLabels(call: Call, code: string, flags = "-"): Labels {
  return {
    ...callLabels(call),
    request_protocol: "http",
    response_code: code,
    grpc_response_status: "",
    response_flags: flags,
    ...call.labels,
  };
}
