/** Hosts that a client's proxy doesn't know, and what becomes of calls to them. */
import type { Service } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { closeness, resolveHost, serviceOfHost } from "../../hosts.ts";
import { isObject, listAt, namespaceOf, numberAt, specOf, textAt, textsAt, visibleTo } from "../../routing/json.ts";
import { gatewaysOf } from "../../routing/virtual-services.ts";
import type { MeshFacts } from "../../settings/facts.ts";
import type { Keeps, Kept, RoutingWorld } from "./world.ts";

type Services = { readonly services: ReadonlyMap<string, Service> };

/** What keeps a host from a client. */
export interface OutOfScope {
  /** `no rule`: it knows the service, but none of the rules for connections takes this one. */
  readonly why: "sidecar" | Kept | "no rule";
  /** The one that leaves it out. */
  readonly sidecar: Manifest | null;
}

/**
 * Whether proxies of a namespace know a Service, by its annotation, else by the mesh's default; where that isn't known they do.
 * `*` goes before `~`, which goes before all others. (initServiceRegistry in pilot/pkg/model/push_context.go)
 * https://istio.io/latest/docs/reference/config/annotations/#NetworkingExportTo
 */
export function isExported(
  { namespace, exportTo }: Pick<Service, "namespace" | "exportTo">,
  client: string,
  byDefault: MeshFacts["serviceExport"],
): boolean {
  if (exportTo === undefined) {
    return byDefault === "nobody" ? false : byDefault !== "own" || namespace === client;
  }
  if (exportTo.includes("*")) return true;
  if (exportTo.includes("~")) return false;
  return exportTo.some((to) => to === client || (to === "." && namespace === client));
}

interface Settings {
  readonly mesh?: MeshFacts;
  /** As IstiodsView has it; absent: istiod sees all namespaces. */
  readonly discovers?: (namespace: string) => boolean;
}

export function keepsServices({ services }: Services, { mesh, discovers }: Settings): Keeps {
  const byDefault = mesh?.serviceExport ?? null;
  return (host, client) => {
    const name = serviceOfHost(host);
    const service = name === null ? undefined : services.get(`${name.namespace}/${name.name}`);
    if (service === undefined) return null;
    if (discovers?.(service.namespace) === false) return "not discovered";
    return isExported(service, client, byDefault) ? null : "not exported";
  };
}

/**
 * What becomes of calls to hosts that a client doesn't know: refused (REGISTRY_ONLY: 502, connections closed), or passed on to their
 * address, past the mesh, in plaintext (ALLOW_ANY); null: not known. The client's Sidecar goes before the mesh; without a mode it
 * says REGISTRY_ONLY, the enumeration's first. (ConvertToSidecarScope in pilot/pkg/model/sidecar.go)
 */
export function outboundMode(
  sidecar: Manifest | null,
  registryOnly: boolean | null,
): "REGISTRY_ONLY" | "ALLOW_ANY" | null {
  const own = sidecar === null ? undefined : specOf(sidecar)["outboundTrafficPolicy"];
  if (isObject(own)) return textAt(own, "mode") === "ALLOW_ANY" ? "ALLOW_ANY" : "REGISTRY_ONLY";
  return registryOnly === null ? null : registryOnly ? "REGISTRY_ONLY" : "ALLOW_ANY";
}

/** Ports of ServiceEntries that istiod doesn't read requests of. */
const REQUESTS = /^(?:http2?|grpc(?:-web)?)$/i;

/**
 * What else may take a call to a host that the client doesn't know, in words; null: nothing. A ServiceEntry that names it by a pattern,
 * or opens the port for all addresses; on port 80 a VirtualService, which istiod gives a virtual host there without any service
 * (buildSidecarVirtualHostsForVirtualService in pilot/pkg/networking/core/route/route.go).
 */
export function othersFor(
  host: string,
  port: number,
  client: string,
  { objects }: Pick<RoutingWorld, "objects">,
): string | null {
  const names = (object: Manifest) =>
    textsAt(specOf(object), "hosts").some((each) => closeness(resolveHost(each, namespaceOf(object)), host) > 0);
  const opens = (entry: Manifest) =>
    textsAt(specOf(entry), "addresses").length === 0 &&
    listAt(specOf(entry), "ports").some(
      (each) => numberAt(each, "number") === port && !REQUESTS.test(textAt(each, "protocol") ?? ""),
    );
  const entry = objects("ServiceEntry").some((each) => visibleTo(each, client) && (names(each) || opens(each)));
  if (entry) return "whether a ServiceEntry takes it, that names the host or opens the port for all addresses";
  const route =
    port === 80 &&
    objects("VirtualService").some(
      (each) => gatewaysOf(each).includes("mesh") && visibleTo(each, client) && names(each),
    );
  return route ? "what rules for the host do on port 80, where they count without a service" : null;
}
