/**
 * Which connections become mutual TLS. Server side: mesh, namespace, workload, then port, the narrower overriding;
 * client side: a DestinationRule's tls, else automatic.
 * https://istio.io/latest/docs/concepts/security/#peer-authentication
 */
import { selects } from "../kube/read.ts";
import type { MtlsMode, PeerAuthentication } from "./peer-authentication.ts";

/** The mode a workload's port accepts. Of several policies of one scope the oldest holds. */
export function serverMode(
  policies: readonly PeerAuthentication[],
  /** Without labels: what holds for its namespace. */
  pod: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> | null },
  port: number,
  rootNamespace: string,
): MtlsMode {
  const oldest = (fits: (p: PeerAuthentication) => boolean): PeerAuthentication | undefined =>
    policies.filter(fits).sort((a, b) => (a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : 0))[0];
  const mesh = oldest((p) => p.namespace === rootNamespace && p.selector === null);
  const namespace = oldest((p) => p.namespace === pod.namespace && p.selector === null);
  const workload = oldest(
    (p) =>
      p.namespace === pod.namespace &&
      p.namespace !== rootNamespace &&
      p.selector !== null &&
      pod.labels !== null &&
      selects(p.selector, pod.labels),
  );
  return workload?.ports.get(port) ?? workload?.mode ?? namespace?.mode ?? mesh?.mode ?? "PERMISSIVE";
}

/** `refused`: plaintext that the server turns away · `noHandshake`: TLS that the other end doesn't speak. */
export type Connection = "mtls" | "plain" | "refused" | "noHandshake";

/**
 * What comes of a proxy's connection to a server proxy that accepts `mode`; `tls` is the DestinationRule's, null = automatic.
 * Automatic goes by the port's mode, but for namespaces (`around`: without their workloads' policies) that disable it:
 * there the client sends plaintext whatever a workload says. (istiod's BestEffortInferServiceMTLSMode)
 * SIMPLE and MUTUAL bring certificates of their own: a server proxy hands such bytes to a program that speaks no TLS.
 */
export function connect(
  tls: string | null,
  mode: MtlsMode,
  around: MtlsMode = mode,
  marks: string | null = null,
): Connection {
  if (tls === "SIMPLE" || tls === "MUTUAL") return "noHandshake";
  const marked = marks === null ? mode !== "DISABLE" : marks === "ISTIO_MUTUAL";
  const offers = tls === null ? marked && around !== "DISABLE" : tls === "ISTIO_MUTUAL";
  if (offers) return mode === "DISABLE" ? "noHandshake" : "mtls";
  return mode === "STRICT" ? "refused" : "plain";
}
