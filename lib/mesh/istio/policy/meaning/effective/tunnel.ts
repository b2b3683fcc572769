/**
 * What ztunnel and waypoints send: HBONE, which is mutual TLS, to whatever is in ambient; what else takes it can't be told by objects.
 * https://istio.io/latest/docs/ambient/architecture/hbone/
 */
import type { Workload } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { SimulationStep } from "#lib/policy/simulation.ts";
import { has, listAt, objectAt, specOf } from "../../routing/json.ts";
import { pastInbound } from "../capture.ts";
import { type InboundMtls, inboundMtls, peersAround } from "../inbound-mtls.ts";
import { asRead, unreadIn } from "../revisions.ts";
import { type Lacking, lacking } from "../truth.ts";
import { hostOf } from "./called.ts";
import { blind, HIDDEN, peersOf, type SecurityWorld, sourceOf } from "./sight.ts";
import { type Destination, rulesFor } from "./way.ts";

interface Tunnelled {
  readonly step: SimulationStep;
  /** Whether mutual TLS proves who sends. */
  readonly identified: boolean | Lacking;
  /** null: not known. */
  readonly sends: "HBONE" | "plaintext" | null;
  /** What the server’s sidecar says of itself, where it was asked. */
  readonly in: InboundMtls | null;
}

/** `port`: the workload's; null: known by name alone. */
export function tunnelled(
  client: Pick<Workload, "namespace" | "labels" | "dataplane" | "pods">,
  { service }: Destination,
  { server, port }: { readonly server: Workload; readonly port: number | null },
  world: SecurityWorld,
): Tunnelled {
  const base = { kind: "mtls" as const, title: `Mutual TLS with ${server.namespace}/${server.name}`, sources: [] };
  const unknown = (...lacks: readonly string[]): Tunnelled => ({
    step: { ...base, verdict: "unknown", text: "Whether the connection comes about isn’t known.", lacks },
    ...{ identified: lacking(...lacks), sends: null, in: null },
  });
  const open = client.dataplane === "waypoint" ? tlsOf(service, asRead(world, [client])) : [];
  if (open.length > 0) return unknown(...open);
  const yes = (text: string, more: Omit<Tunnelled, "step">, sources: SimulationStep["sources"] = []): Tunnelled => ({
    step: { ...base, verdict: "yes", text, lacks: [], sources },
    ...more,
  });
  switch (server.dataplane) {
    case "ambient":
      return yes("Both ends speak HBONE, which is mutual TLS: they connect.", {
        ...{ identified: true, sends: "HBONE", in: null },
      });
    case "none":
      return yes("No proxy stands before the server: it is sent in plaintext, and they connect.", {
        ...{ identified: false, sends: "plaintext", in: null },
      });
    case "sidecar": {
      const unread = blind(world, "PeerAuthentication");
      const read = asRead(world, [server]);
      const apart = unreadIn(read, peersAround(server.namespace, read));
      const inbound = inboundMtls(peersOf(read), server.namespace, server.labels, port);
      const last = inbound.chain.at(-1);
      if (unread.length + apart.length > 0) return unknown(...unread, ...apart);
      if (last !== undefined && !world.sees(last.object)) return unknown(HIDDEN);
      // What HBONE brings comes to the proxy all the same, what is sent as it is comes past it.
      if (inbound.mode !== "PERMISSIVE" || pastInbound(server, port).past !== false) return unknown(HBONE);
      const text = "The server’s sidecar takes mutual TLS and plaintext: they connect.";
      const sources = last === undefined ? [] : [sourceOf(world, last.object, last.path)];
      return yes(text, { identified: lacking(HBONE), sends: null, in: inbound }, sources);
    }
    case "gateway":
    case "waypoint":
      return unknown("what a gateway or waypoint as a server does: that isn’t worked out yet");
  }
}

const HBONE = "whether the server’s sidecar takes HBONE";

/** `world`: as the proxy's control plane reads it. A waypoint follows DestinationRules, whose TLS then lies within the tunnel or in its place. */
export function tlsOf(
  service: Destination["service"],
  world: SecurityWorld,
  who: "waypoint" | "gateway" = "waypoint",
): readonly string[] {
  const rules = rulesFor(hostOf(service), world);
  const unread = blind(world, "DestinationRule");
  const hidden = rules.every(world.sees) ? [] : [HIDDEN];
  return [
    ...unread,
    ...hidden,
    ...unreadIn(world, rules),
    ...(rules.some(setsTls) ? [`what a ${who} does by a DestinationRule’s tls: that isn’t worked out yet`] : []),
  ];
}

const setsTls = (rule: Manifest): boolean =>
  [specOf(rule), ...listAt(specOf(rule), "subsets")]
    .map((each) => objectAt(each, "trafficPolicy"))
    .some((policy) => has(policy, "tls") || listAt(policy, "portLevelSettings").some((port) => has(port, "tls")));
