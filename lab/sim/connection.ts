/** How a client's connection to a pod turns out, by both sides' policies. */
import type { SimContext } from "./context.ts";
import type { TrafficPolicy } from "./destination-rule.ts";
import { type Connection, connect } from "./mtls.ts";
import type { SimPod } from "./pod.ts";
import type { Service } from "./service.ts";

/** A service's port that a client asks for, and the workloads' behind it; where it names none, the first. */
export function portOf({ ports }: Service, asked: number | null): { readonly port: number; readonly target: number } {
  return ports.find((each) => each.port === asked) ?? ports[0] ?? { port: 80, target: 80 };
}

export function connectionTo(
  ctx: Pick<SimContext, "world">,
  from: SimPod,
  dst: SimPod,
  route: { readonly service: Service; readonly policy: TrafficPolicy },
  asked: number | null,
): Connection {
  const { port, target } = portOf(route.service, asked);
  const { portTls, portMarks, tls: whole } = route.policy;
  const tls = portTls.has(port) ? (portTls.get(port) ?? null) : whole;
  const marks = portMarks.get(port) ?? whole;
  const mode = ctx.world.mtlsMode(dst, target);
  const around = ctx.world.mtlsMode(dst, null);
  if (dst.dataplane === "sidecar" || dst.dataplane === "gateway")
    // DestinationRules are for Envoys: a ztunnel doesn't read them.
    return from.dataplane === "none"
      ? connect("DISABLE", mode)
      : connect(from.dataplane === "ambient" ? null : tls, mode, around, from.dataplane === "ambient" ? null : marks);
  // A ztunnel takes HBONE whatever the mode; plaintext unless STRICT.
  if (dst.dataplane === "ambient" || dst.dataplane === "waypoint")
    return from.dataplane === "none" ? connect("DISABLE", mode) : "mtls";
  // No proxy before it, and the simulated programs speak no TLS themselves.
  const automatic = marks === "ISTIO_MUTUAL" && around !== "DISABLE";
  return (tls === null && !automatic) || tls === "DISABLE" ? "plain" : "noHandshake";
}
