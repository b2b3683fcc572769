/** First objects from a few words: hosts outside the mesh, and ports of a gateway. Pure. */
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";

export const PROTOCOLS = ["HTTP", "HTTPS", "GRPC", "HTTP2", "TLS", "TCP", "MONGO"] as const;
type Protocol = (typeof PROTOCOLS)[number];

/** How clients' proxies find a host's addresses. https://istio.io/latest/docs/reference/config/networking/service-entry/#ServiceEntry-Resolution */
export const RESOLUTIONS = [
  { value: "DNS", title: "by DNS" },
  { value: "DNS_ROUND_ROBIN", title: "by DNS, one address at a time" },
  { value: "NONE", title: "as the client resolved it" },
] as const;

export interface Outline {
  readonly kind: "ServiceEntry" | "Gateway";
  readonly namespace: string;
  readonly hosts: readonly string[];
  readonly port: number;
  readonly protocol: Protocol;
  /** Of a ServiceEntry. */
  readonly resolution: (typeof RESOLUTIONS)[number]["value"];
  /** Of a Gateway: the label that selects its pods. */
  readonly selector: readonly [string, string];
  /** Of a Gateway that ends TLS: the Secret; "": it passes TLS through. */
  readonly credentialName: string;
}

/** A host name, in the first label also a wildcard. */
const HOST = /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/i;

/** What is still wrong; null: it can be added. */
export function wrongIn({ kind, hosts, port, resolution }: Outline): string | null {
  if (hosts.length === 0) return "Name a host.";
  const bad = hosts.find((host) => host.length > 253 || (host !== "*" && !HOST.test(host)));
  if (bad !== undefined) return `${bad.slice(0, 60)} is no host name.`;
  if (kind === "ServiceEntry" && hosts.includes("*")) return "A host outside needs a name.";
  if (kind === "ServiceEntry" && resolution !== "NONE" && hosts.some((host) => host.startsWith("*")))
    return "DNS knows no address of a wildcard: let the client resolve it.";
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return "A port from 1 to 65535.";
  return null;
}

/** The object, ready to be read and changed as text. */
export function manifestOf(outline: Outline): Manifest {
  const { kind, namespace, hosts, port, protocol } = outline;
  const first = (hosts[0] ?? "").replace(/^\*\.?/, "any-").toLowerCase();
  const name = first.replaceAll(".", "-").replace(/-+$/, "").slice(0, 63) || "any";
  const number: JsonObject = { number: port, name: `${protocol.toLowerCase()}-${port}`, protocol };
  return {
    apiVersion: "networking.istio.io/v1",
    kind,
    metadata: { name, namespace },
    spec:
      kind === "ServiceEntry"
        ? { hosts: [...hosts], location: "MESH_EXTERNAL", resolution: outline.resolution, ports: [number] }
        : {
            selector: { [outline.selector[0]]: outline.selector[1] },
            servers: [{ port: number, hosts: [...hosts], ...tls(outline) }],
          },
  };
}

/** https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings */
function tls({ protocol, credentialName }: Outline): JsonObject {
  if (protocol !== "HTTPS" && protocol !== "TLS") return {};
  return { tls: credentialName === "" ? { mode: "PASSTHROUGH" } : { mode: "SIMPLE", credentialName } };
}
