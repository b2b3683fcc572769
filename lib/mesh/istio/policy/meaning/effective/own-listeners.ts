/**
 * Listeners that a Sidecar gives its workloads (`ingress`) in place of those that their Services do. A port that it doesn't list comes to
 * the chains for all others, which take it as what it turns out to carry: policies and mutual TLS count there as well. `tls` counts where
 * istiod's ENABLE_TLS_ON_SIDECAR_INGRESS is on, which is off by default, and no mutual TLS is taken.
 * (buildInboundChainConfigs and buildInboundPassthroughChains in istiod's pilot/pkg/networking/core/listener_inbound.go)
 * https://istio.io/latest/docs/reference/config/networking/sidecar/#IstioIngressListener
 */
import type { Workload } from "#lib/inventory/model.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { Source } from "#lib/policy/security.ts";
import { has, listAt, namespaceOf, numberAt, objectAt, specOf, textAt } from "../../routing/json.ts";
import { inboundMtls, peerPolicies } from "../inbound-mtls.ts";
import { carriedBy } from "../port-protocol.ts";
import { unreadIn } from "../revisions.ts";
import { sidecarOf } from "../routing/scope.ts";
import { type Lacking, lacking } from "../truth.ts";
import { blind, HIDDEN, type SecurityWorld, sourceOf } from "./sight.ts";

export interface OwnListener {
  /** Whether it reads requests; undefined: as they come. */
  readonly http: boolean | undefined;
  readonly text: string;
  readonly source: Source;
}

/**
 * What takes a port of a workload by a Sidecar; null: what its Services say. `port` null: its number isn't known. `world`: as the
 * workload’s control plane reads it.
 */
export function ownListener(server: Workload, port: number | null, world: SecurityWorld): OwnListener | Lacking | null {
  const found = listening(server, world);
  if (found === null || "lacks" in found) return found;
  const { sidecar, ingress } = found;
  if (port === null) return lacking("the workload’s port");
  const name = nameOf(sidecar);
  const at = ingress.findIndex((each) => numberOf(each) === port);
  const listener = ingress[at];
  if (listener === undefined) {
    const text = `${name} has no listener for port ${port}: the proxy takes it all the same, as whatever it carries.`;
    return { http: undefined, text, source: sourceOf(world, sidecar, ["spec", "ingress"]) };
  }
  if (textAt(listener, "captureMode") === "NONE")
    return lacking(`what a listener that ${name} binds to port ${port} itself does (captureMode NONE)`);
  if (textAt(listener, "bind")?.startsWith("unix:")) return lacking(`what a listener of ${name} on a socket does`);
  const peers = peerPolicies(world.objects("PeerAuthentication"), world.rootNamespace);
  if (has(listener, "tls") && inboundMtls(peers, server.namespace, server.labels, port).mode === "DISABLE")
    return lacking(`ENABLE_TLS_ON_SIDECAR_INGRESS of istiod, by which the TLS of ${name} counts`);
  const end = endOf(listener);
  return {
    http: readsHttp(listener),
    text: `${name} takes port ${port} as ${protocolOf(listener)}${end === null ? "" : ` and hands it on to ${end}`}.`,
    source: sourceOf(world, sidecar, ["spec", "ingress", at]),
  };
}

/** Listeners that are written out. */
const WRITTEN = 20;

/** All of them in words; null: it has none of its own. */
export function listenersInWords(workload: Workload, world: SecurityWorld): string | null {
  const found = listening(workload, world);
  if (found === null) return null;
  if ("lacks" in found) return `Whether it has listeners of its own rests on ${found.lacks.join("; ")}.`;
  const said = found.ingress.slice(0, WRITTEN).map((each) => {
    const end = endOf(each);
    return `${numberOf(each) ?? "no port"} ${protocolOf(each)}${end === null ? "" : `, to ${end}`}`;
  });
  const more = found.ingress.length > WRITTEN ? `; ${found.ingress.length - WRITTEN} more` : "";
  return `${nameOf(found.sidecar)} gives it listeners of its own: ${said.join("; ")}${more}. Other ports are taken all the same, as whatever they carry.`;
}

interface Listening {
  readonly sidecar: Manifest;
  readonly ingress: readonly JsonObject[];
}

function listening(server: Workload, world: SecurityWorld): Listening | Lacking | null {
  if (server.dataplane !== "sidecar") return null;
  const unread = blind(world, "Sidecar");
  if (unread.length > 0) return lacking(...unread);
  const sidecar = sidecarOf(server, world);
  const ingress = sidecar === null ? [] : listAt(specOf(sidecar), "ingress");
  if (sidecar === null || ingress.length === 0) return null;
  const open = world.sees(sidecar) ? unreadIn(world, [sidecar]) : [HIDDEN];
  return open.length > 0 ? lacking(...open) : { sidecar, ingress };
}

const nameOf = (sidecar: Manifest): string => `Sidecar ${namespaceOf(sidecar)}/${sidecar.metadata.name}`;
const numberOf = (listener: JsonObject): number | null => numberAt(objectAt(listener, "port"), "number");
/** It is text of strangers. */
const LONGEST = 100;
const endOf = (listener: JsonObject): string | null => textAt(listener, "defaultEndpoint")?.slice(0, LONGEST) || null;
const protocolOf = (listener: JsonObject): string =>
  textAt(objectAt(listener, "port"), "protocol")?.slice(0, LONGEST) || "whatever it carries";

function readsHttp(listener: JsonObject): boolean | undefined {
  const name = textAt(objectAt(listener, "port"), "protocol");
  // With TLS that counts, what is in it is read. (AfterTLSTermination in pkg/config/protocol)
  if (has(listener, "tls") && name?.toUpperCase() === "HTTPS") return undefined;
  const carried = carriedBy({ name, port: 0, protocol: "TCP", appProtocol: null });
  return carried === undefined ? undefined : carried === "http";
}
