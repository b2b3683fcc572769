/** DestinationRules, reduced to what moves traffic. https://istio.io/latest/docs/reference/config/networking/destination-rule/ */
import type { Json, KubeObject } from "../kube/object.ts";
import { durationMs, isObject, labelsAt, listAt, numberAt, objectAt, textAt } from "../kube/read.ts";
import { qualify } from "./virtual-service.ts";

export interface TrafficPolicy {
  /** DISABLE, SIMPLE, MUTUAL, ISTIO_MUTUAL; null = automatic mTLS. */
  readonly tls: string | null;
  /** By service port; an entry replaces the rest whole, so that one without TLS settings means automatic. */
  readonly portTls: ReadonlyMap<number, string | null>;
  /** Of ports that say a mode: what marks endpoints for automatic mTLS, else `tls` does. (tlsModeForDestinationRule in istiod) */
  readonly portMarks: ReadonlyMap<number, string>;
  readonly outlier: OutlierDetection | null;
}

/** https://istio.io/latest/docs/reference/config/networking/destination-rule/#OutlierDetection */
export interface OutlierDetection {
  /** 0 = off. */
  readonly consecutive5xx: number;
  readonly consecutiveGateway: number;
  readonly intervalMs: number;
  readonly baseEjectionMs: number;
  /** Of the service's endpoints, 0…1. */
  readonly maxEjected: number;
}

export interface DestinationRule {
  readonly namespace: string;
  readonly name: string;
  readonly host: string;
  readonly policy: TrafficPolicy;
  readonly subsets: ReadonlyMap<string, Subset>;
}

export interface Subset {
  readonly labels: Readonly<Record<string, string>>;
  /** The rule's, as far as the subset says nothing of its own. */
  readonly policy: TrafficPolicy;
}

export const NO_POLICY: TrafficPolicy = { tls: null, portTls: new Map(), portMarks: new Map(), outlier: null };

function readOutlier(value: Json): OutlierDetection {
  return {
    consecutive5xx: numberAt(value, "consecutive5xxErrors") ?? 5,
    consecutiveGateway: numberAt(value, "consecutiveGatewayErrors") ?? 0,
    intervalMs: durationMs(textAt(value, "interval")) ?? 10_000,
    baseEjectionMs: durationMs(textAt(value, "baseEjectionTime")) ?? 30_000,
    maxEjected: (numberAt(value, "maxEjectionPercent") ?? 10) / 100,
  };
}

/** Settings without a mode are of the first one. https://istio.io/latest/docs/reference/config/networking/destination-rule/#ClientTLSSettings-TLSmode */
const tlsMode = (value: Json): string | null =>
  isObject(value["tls"]) ? (textAt(value["tls"], "mode") ?? "DISABLE") : null;

/** What a policy says, over what stands above it. */
function readPolicy(value: Json, above: TrafficPolicy): TrafficPolicy {
  const policy = objectAt(value, "trafficPolicy");
  const ports = listAt(policy, "portLevelSettings").flatMap((each): [number, string | null][] => {
    const port = numberAt(objectAt(each, "port"), "number");
    return port === undefined ? [] : [[port, tlsMode(each)]];
  });
  const own = tlsMode(policy);
  const marks = ports.flatMap(([port, mode]): [number, string][] => (mode === null ? [] : [[port, mode]]));
  return {
    tls: own ?? above.tls,
    portTls: new Map([...(own === null ? above.portTls : []), ...ports]),
    portMarks: new Map([...(own === null ? above.portMarks : []), ...marks]),
    outlier: isObject(policy["outlierDetection"]) ? readOutlier(objectAt(policy, "outlierDetection")) : above.outlier,
  };
}

export function readDestinationRule(object: KubeObject): DestinationRule {
  const namespace = object.metadata.namespace ?? "default";
  const spec = objectAt(object, "spec");
  const policy = readPolicy(spec, NO_POLICY);
  return {
    namespace,
    name: object.metadata.name,
    host: qualify(textAt(spec, "host") ?? "", namespace),
    policy,
    subsets: new Map(
      listAt(spec, "subsets").map((subset) => [
        textAt(subset, "name") ?? "",
        { labels: labelsAt(subset, "labels"), policy: readPolicy(subset, policy) },
      ]),
    ),
  };
}
