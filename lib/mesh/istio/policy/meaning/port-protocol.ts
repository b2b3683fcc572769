/** What a Service says of the protocol of its ports. */
import type { ServicePort } from "#lib/inventory/model.ts";

export type Carried = "http" | "tls" | "tcp";

const SPOKEN: ReadonlyMap<string, Carried> = new Map([
  ...["http", "http2", "grpc"].map((word) => [word, "http"] as const),
  ...["https", "tls"].map((word) => [word, "tls"] as const),
  ...["tcp", "mongo", "mysql", "redis"].map((word) => [word, "tcp"] as const),
]);
const STANDARD: ReadonlyMap<string, Carried> = new Map([
  ["kubernetes.io/h2c", "http"],
  ["kubernetes.io/ws", "http"],
  ["kubernetes.io/wss", "tls"],
]);

/**
 * By appProtocol, else by the port's name; undefined: neither says. (ConvertProtocol in istiod's pkg/config/kube)
 * https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
 */
export function carriedBy({ appProtocol, name }: ServicePort): Carried | undefined {
  const said = (appProtocol ?? name ?? "").toLowerCase();
  const [word = ""] = said.split("-");
  return (appProtocol === null ? undefined : STANDARD.get(said)) ?? SPOKEN.get(word);
}

export function carriesHttp(port: ServicePort): boolean | undefined {
  const carried = carriedBy(port);
  return carried === undefined ? undefined : carried === "http";
}
