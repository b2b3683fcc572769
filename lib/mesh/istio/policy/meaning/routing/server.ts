/** One server that a gateway's proxy opens, by Istio's Gateway or a listener of the Gateway API. */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import type { Listener } from "./api-routes.ts";
import type { GatewayProxy, GatewayWorld } from "./world.ts";

export interface Server {
  /** Istio's or the Gateway API's Gateway, or a ListenerSet. */
  readonly gateway: Manifest;
  readonly path: Segments;
  /** As VirtualServices name it, `namespace/name`. */
  readonly name: string;
  /** As the Gateway has it: of the gateway's Service. */
  readonly port: number;
  /** What the proxy listens on for it. */
  readonly listens: number;
  /** `https`: TLS ends here, and requests are read. `bytes`: no request is read. */
  readonly reads: "http" | "https" | "bytes";
  /**
   * Of one that reads bytes: whether they are TLS that ends here, or is passed on by the server name, by rules or (`auto`) to the
   * cluster of another network's proxy that it names; null: of the others.
   */
  readonly tls: "none" | "ends" | "passes" | "auto" | null;
  /** Every request is answered 301, to HTTPS. */
  readonly redirects: boolean;
  /** `namespace` null: routes of any namespace. */
  readonly hosts: readonly { readonly namespace: string | null; readonly host: string }[];
  /** Of the Gateway API; null: a server of Istio's Gateway. */
  readonly listener: Omit<Listener, "gateway"> | null;
}

/** A server, and what isn't known of it. `lacks` null: all is, and it is open unless an older one keeps it from its port. */
export interface Found {
  /** As far as it is known: where its port on the pods isn't, that is taken for the Gateway's own. */
  readonly server: Server;
  readonly lacks: string | null;
}

/** By the gateway's Services; without one that names the port, the port itself. null: not known. (resolvePorts) */
export function listensOn(
  port: number,
  { namespace, services }: GatewayProxy,
  { inventory }: GatewayWorld,
): number | null {
  const targets = services
    .flatMap((name) => inventory.services.get(`${namespace}/${name}`)?.ports ?? [])
    .filter((each) => each.port === port)
    .map(({ targetPort = port }) => targetPort);
  const [first = port, ...others] = new Set(targets);
  return typeof first === "number" && others.length === 0 ? first : null;
}

export const unknownPort = (port: number): string =>
  `which port of the pods stands behind port ${port} of the gateway’s Services`;
