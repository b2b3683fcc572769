/** What a Service says of the protocol of its ports. */
import type { ServicePort } from "#lib/inventory/model.ts";
import type { PortProtocol } from "#lib/policy/sends.ts";

export type Carried = "http" | "tls" | "tcp";

const SPOKEN: ReadonlyMap<string, Carried | "udp"> = new Map([
  ...["http", "http2", "http_proxy", "grpc", "grpc-web"].map((word) => [word, "http"] as const),
  ...["https", "tls"].map((word) => [word, "tls"] as const),
  ...["tcp", "mongo", "mysql", "redis"].map((word) => [word, "tcp"] as const),
  ["udp", "udp"],
]);
const STANDARD: ReadonlyMap<string, Carried> = new Map([
  ["kubernetes.io/h2c", "http"],
  ["kubernetes.io/ws", "http"],
  ["kubernetes.io/wss", "tls"],
]);

/** SMTP, DNS, MySQL and MongoDB, which detection would break: the server speaks first. (wellKnownPorts, the same file) */
const WELL_KNOWN: ReadonlySet<number> = new Set([25, 53, 3306, 27017]);
/** Beside TCP. */
const TRANSPORTS: ReadonlyMap<string, "udp" | "sctp"> = new Map([
  ["UDP", "udp"],
  ["SCTP", "sctp"],
]);

/** Whether proxies and ztunnels take it at all: TCP alone is led to them. (`-p tcp` in istio's tools/istio-iptables/pkg/capture/run.go) */
export const isTcp = ({ protocol }: Pick<ServicePort, "protocol">): boolean => !TRANSPORTS.has(protocol);

/** Whether istiod takes it for UDP, of which proxies get no listener and no cluster: TCP, too, whose name or appProtocol says so. */
export const isUdp = (port: ServicePort): boolean => protocolOf(port).carries === "udp";

/** The one of that number that connections come to. (GetByPort in pilot/pkg/model/service.go) */
export const tcpPort = (ports: readonly ServicePort[], number: number): ServicePort | undefined =>
  ports.find((each) => each.port === number && isTcp(each));

/**
 * By appProtocol, else by the port's name, else by some ports' numbers; undefined: none says, and proxies detect it, or it is UDP.
 * (ConvertProtocol in istiod's pkg/config/kube/conversion.go)
 * https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
 * Of a ServiceEntry by its `protocol` alone. (convertPort in pilot/pkg/serviceregistry/serviceentry/conversion.go)
 */
export function carriedBy(port: ServicePort): Carried | undefined {
  if (port.protocol === "UDP") return undefined;
  const carries = saidOf(port)?.carries ?? byNumber(port);
  return carries === "udp" ? undefined : carries;
}

const byNumber = ({ port, entry }: ServicePort): Carried | undefined =>
  entry !== true && WELL_KNOWN.has(port) ? "tcp" : undefined;

function saidOf({ appProtocol, name, ...port }: ServicePort) {
  const entry = port.entry === true;
  const said = (appProtocol ?? (entry ? null : name) ?? "").toLowerCase();
  const word = entry ? said : (said.split("-")[0] ?? "");
  const standard = appProtocol === null || entry ? undefined : STANDARD.get(said);
  const carries = standard ?? SPOKEN.get(word);
  return carries === undefined ? null : { carries, said: standard === undefined ? word : said };
}

/** How Istio takes a port, and by what. */
export function protocolOf(port: ServicePort): PortProtocol {
  const transport = TRANSPORTS.get(port.protocol);
  if (transport !== undefined) return { carries: transport, by: "protocol", said: port.protocol };
  const found = saidOf(port);
  if (found === null) {
    const carries = byNumber(port) ?? null;
    return { carries, by: carries === null ? null : "number", said: null };
  }
  return { ...found, by: port.appProtocol === null ? "name" : port.entry === true ? "protocol" : "appProtocol" };
}

export function carriesHttp(port: ServicePort): boolean | undefined {
  const carried = carriedBy(port);
  return carried === undefined ? undefined : carried === "http";
}
