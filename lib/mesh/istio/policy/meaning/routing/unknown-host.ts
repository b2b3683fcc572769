/** Hosts that a client's proxy doesn't know, and what becomes of calls to them. */
import type { Service } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { closeness, resolveHost, serviceOfHost } from "../../hosts.ts";
import { isObject, listAt, namespaceOf, numberAt, specOf, textAt, textsAt, visibleTo } from "../../routing/json.ts";
import { gatewaysOf } from "../../routing/virtual-services.ts";
import type { MeshFacts } from "../../settings/facts.ts";
import { byHost, isExported, knowsEntry } from "./exported.ts";
import type { Keeps, Kept, RoutingWorld } from "./world.ts";

type Services = { readonly services: ReadonlyMap<string, Service> };

/** What keeps a host from a client. */
export interface OutOfScope {
  /** `no rule`: it knows the service, but none of the rules for connections takes this one. */
  readonly why: "sidecar" | Kept | "no rule";
  /** The one that leaves it out. */
  readonly sidecar: Manifest | null;
}

interface Settings {
  readonly mesh?: MeshFacts;
  /** As IstiodsView has it; absent: istiod sees all namespaces. */
  readonly discovers?: (namespace: string) => boolean;
  /** ServiceEntries, as istiod reads them or would if it saw them; absent: of their hosts nothing is said. */
  readonly entries?: () => readonly Manifest[];
}

export function keepsServices({ services }: Services, { mesh, discovers, entries }: Settings): Keeps {
  const byDefault = mesh?.serviceExport ?? null;
  let named: ReadonlyMap<string, readonly Manifest[]> | null = null;
  const entriesOf = (host: string): readonly Manifest[] => {
    named ??= byHost(entries?.() ?? []);
    return named.get(host) ?? [];
  };
  return (host, client) => {
    const name = serviceOfHost(host);
    const service = name === null ? undefined : services.get(`${name.namespace}/${name.name}`);
    if (service === undefined) {
      const all = entriesOf(host);
      const seen = all.filter((each) => discovers?.(namespaceOf(each)) !== false);
      if (all.length === 0 || seen.some((each) => knowsEntry(each, client))) return null;
      return seen.length === 0 ? "not discovered" : "not exported";
    }
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
 * (buildSidecarVirtualHostsForVirtualService in pilot/pkg/networking/core/route/route.go). `own`: the ServiceEntry whose host it is.
 */
export function othersFor(
  host: string,
  port: number,
  client: string,
  { objects }: Pick<RoutingWorld, "objects">,
  own?: Manifest,
): string | null {
  const names = (object: Manifest) =>
    textsAt(specOf(object), "hosts").some((each) => closeness(resolveHost(each, namespaceOf(object)), host) > 0);
  const opens = (entry: Manifest) =>
    textsAt(specOf(entry), "addresses").length === 0 &&
    listAt(specOf(entry), "ports").some(
      (each) => numberAt(each, "number") === port && !REQUESTS.test(textAt(each, "protocol") ?? ""),
    );
  const entry = objects("ServiceEntry").some(
    (each) => each !== own && visibleTo(each, client) && (names(each) || opens(each)),
  );
  if (entry) return "whether a ServiceEntry takes it, that names the host or opens the port for all addresses";
  const route =
    port === 80 &&
    objects("VirtualService").some(
      (each) => gatewaysOf(each).includes("mesh") && visibleTo(each, client) && names(each),
    );
  return route ? "what rules for the host do on port 80, where they count without a service" : null;
}
