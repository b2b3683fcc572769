/** What a Service says of the protocol of its ports. */
import type { ServicePort } from "#lib/inventory/model.ts";
import type { PortProtocol } from "#lib/policy/sends.ts";

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

/** SMTP, DNS, MySQL and MongoDB, which detection would break: the server speaks first. (wellKnownPorts, the same file) */
const WELL_KNOWN: ReadonlySet<number> = new Set([25, 53, 3306, 27017]);

/**
 * By appProtocol, else by the port's name, else by some ports' numbers; undefined: none says, and proxies detect it. (ConvertProtocol in
 * istiod's pkg/config/kube/conversion.go) https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
 */
export function carriedBy(port: ServicePort): Carried | undefined {
  return saidOf(port)?.carries ?? (WELL_KNOWN.has(port.port) ? "tcp" : undefined);
}

function saidOf({ appProtocol, name }: ServicePort) {
  const said = (appProtocol ?? name ?? "").toLowerCase();
  const [word = ""] = said.split("-");
  const standard = appProtocol === null ? undefined : STANDARD.get(said);
  const carries = standard ?? SPOKEN.get(word);
  return carries === undefined ? null : { carries, said: standard === undefined ? word : said };
}

/** How Istio takes a port, and by what. `entry`: a ServiceEntry's, whose `protocol` stands for appProtocol. */
export function protocolOf(port: ServicePort, entry: boolean): PortProtocol {
  if (port.protocol === "UDP") return { carries: "udp", by: "protocol", said: "UDP" };
  const found = saidOf(port);
  if (found === null) {
    const carries = carriedBy(port) ?? null;
    return { carries, by: carries === null ? null : "number", said: null };
  }
  return { ...found, by: port.appProtocol === null ? "name" : entry ? "protocol" : "appProtocol" };
}

export function carriesHttp(port: ServicePort): boolean | undefined {
  const carried = carriedBy(port);
  return carried === undefined ? undefined : carried === "http";
}
