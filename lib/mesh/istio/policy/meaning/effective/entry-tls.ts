/** What a client's proxy sends to an endpoint of a ServiceEntry's host: TLS that it begins, or what the client says as it comes. */
import type { Workload } from "#lib/inventory/model.ts";
import type { SimulationStep } from "#lib/policy/simulation.ts";
import { peersAround } from "../inbound-mtls.ts";
import { AUTO, clientOf, type Endpoint, outboundMtls, type Sends } from "../outbound-mtls.ts";
import { unreadIn } from "../revisions.ts";
import type { Called, EntryHost } from "./called.ts";
import type { AddressEnd } from "./entry-ends.ts";
import { allTakeMutual, goesAsCalled } from "./passthrough.ts";
import { blind, HIDDEN, peersOf, type SecurityWorld, sourceOf } from "./sight.ts";
import { tlsOf } from "./tunnel.ts";
import { rulesFor } from "./way.ts";

export const IN_WORDS: Readonly<Record<Sends, string>> = {
  plaintext: "as it comes, without TLS of its own",
  "own TLS": "by TLS that it begins itself",
  "mutual TLS": "by the mesh’s mutual TLS",
};

type Said =
  | { readonly sends: Sends; readonly sources: SimulationStep["sources"] }
  | { readonly lacks: readonly string[] };

export interface SentTo {
  readonly service: Called & { readonly entry: EntryHost };
  readonly port: number;
  readonly subset: string | null;
}

/** `end` null: the address that the client called, of which nothing is known. */
export const endpointOf = ({ namespace }: Called, end: AddressEnd | null): Endpoint => ({
  ...{ namespace, labels: end?.labels ?? {}, port: end?.port ?? null },
  dataplane: end?.mutual === true ? "sidecar" : "none",
});

/** `client` null: without a proxy. `asked`: enableAutoMtls as somebody supposes it. A ztunnel begins no TLS but HBONE, to pods. */
export function sentTo(
  client: Pick<Workload, "namespace" | "labels" | "dataplane"> | null,
  asked: boolean | undefined,
  { service, port, subset }: SentTo,
  endpoint: Endpoint,
  world: SecurityWorld,
): Said {
  if (client === null || client.dataplane === "ambient" || client.dataplane === "none") return PLAIN;
  if (client.dataplane === "waypoint") {
    const lacks = tlsOf(service, world);
    return lacks.length > 0 ? { lacks } : PLAIN;
  }
  const { namespace, entry } = service;
  const unread = blind(world, "DestinationRule", ...(entry.external ? [] : ["PeerAuthentication"]));
  const apart = unreadIn(world, [
    ...rulesFor(entry.host, world),
    ...(entry.external
      ? []
      : [...new Set([namespace, endpoint.namespace])].flatMap((each) => peersAround(each, world))),
  ]);
  if (unread.length + apart.length > 0) return { lacks: [...unread, ...apart] };
  const { sends, chain } = outboundMtls(
    clientOf(client),
    {
      ...{ host: entry.host, namespace, port, subset, external: entry.external },
      ...(goesAsCalled(client, service) && { all: allTakeMutual(service, port, world) }),
    },
    endpoint,
    {
      ...{ objects: world.objects, rootNamespace: world.rootNamespace },
      peers: peersOf(world),
      autoMtls: asked ?? world.mesh?.autoMtls ?? null,
    },
  );
  if (!chain.every(({ object }) => world.sees(object))) return { lacks: [HIDDEN] };
  if (typeof sends === "string")
    return { sends, sources: chain.slice(-1).map(({ object, path }) => sourceOf(world, object, path)) };
  return { lacks: sends.lacks.map((each) => (each === AUTO && world.mesh?.why ? `${each}: ${world.mesh.why}` : each)) };
}

const PLAIN: Said = { sends: "plaintext", sources: [] };
