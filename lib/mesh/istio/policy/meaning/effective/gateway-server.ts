/**
 * A gateway as a server of calls from inside the mesh: what a client's proxy sends it. Sidecars send plaintext unless a DestinationRule says
 * otherwise, ztunnels always.
 */
import type { Service, Workload } from "#lib/inventory/model.ts";
import { kindKey } from "#lib/policy/kind.ts";
import type { SimulationStep } from "#lib/policy/simulation.ts";
import { fullName } from "../../hosts.ts";
import { GATEWAY_API, NETWORKING } from "../../kinds.ts";
import { peersAround } from "../inbound-mtls.ts";
import { clientOf, type OutboundMtls, outboundMtls } from "../outbound-mtls.ts";
import { asRead, unreadIn } from "../revisions.ts";
import { type GatewayTable, gatewayTable, hostOf } from "../routing/gateway.ts";
import type { Called } from "./called.ts";
import { type Sender, workloadPort } from "./connection.ts";
import { OF_BYTES } from "./route-versions.ts";
import { blind, HIDDEN, peersOf, type SecurityWorld, sourceOf } from "./sight.ts";
import { type Destination, hides, outboundIn, ROUTES, rulesFor } from "./way.ts";

/** Kinds that decide what a gateway does. */
export const GATEWAY_KINDS = [
  ...[kindKey({ group: NETWORKING, kind: "Gateway" }), "VirtualService", "DestinationRule"],
  ...[kindKey({ group: GATEWAY_API, kind: "Gateway" }), ...ROUTES, ...OF_BYTES, "ListenerSet", "ReferenceGrant"],
];

/** Whether gateways alone stand behind a Service; of a ServiceEntry that isn't asked. */
export function isGateway(service: Called, world: SecurityWorld): boolean {
  const behind = service.entry === undefined ? gatewaysOf(service, world) : [];
  return behind.length > 0 && behind.every(({ dataplane }) => dataplane === "gateway");
}

export const gatewaysOf = (service: Called, { inventory }: SecurityWorld): readonly Workload[] =>
  service.workloads.flatMap((name) => inventory.workloads.get(`${service.namespace}/${name}`) ?? []);

export const BY_ADDRESS =
  "The client’s ztunnel goes by the address and sends plaintext: gateways take no HBONE from it, and don’t know who calls.";

/** What isn't known of the objects that open a port of a gateway, or would. `world`: as the gateway's control plane reads it. */
export function unsettledAt(table: GatewayTable, listens: number | null, world: SecurityWorld): readonly string[] {
  // Beside a Gateway that the proxy was made for Istio's own of other namespaces don't count, whatever ports it opens itself.
  const opening = table.servers.filter((server) => server.listens === listens || server.listener !== null);
  const owners = [...opening.map(({ gateway }) => gateway), ...table.refused.map(({ owner }) => owner)];
  return hides(owners, world) ? [HIDDEN] : unreadIn(world, owners);
}

/** Whether a gateway's server speaks TLS; null: it opens none there that is known. */
function spokenAt(
  gateway: Workload,
  listens: number | null,
  whole: SecurityWorld,
): { readonly tls: boolean | null; readonly lacks: readonly string[] } {
  const world = asRead(whole, [gateway]);
  const table = gatewayTable(gateway, world);
  const lacks = [...blind(world, ...GATEWAY_KINDS), ...table.lacks, ...unsettledAt(table, listens, world)];
  const servers = table.servers.filter((server) => server.listens === listens);
  const speaks = servers.some(({ reads, tls }) => reads === "https" || (tls !== null && tls !== "none"));
  return { tls: servers.length === 0 ? null : speaks, lacks };
}

const ITSELF = "whether the client itself speaks TLS";

/** What isn't known of whether a gateway takes what comes to it as the client says it. `http`: as below. */
export function plaintextLacks(
  gateway: Workload,
  to: Destination,
  http: boolean | undefined,
  whole: SecurityWorld,
): readonly string[] {
  const { tls, lacks } = spokenAt(gateway, workloadPort(to), whole);
  return lacks.length === 0 && tls === true && http !== false ? [ITSELF] : lacks;
}

interface Named {
  /** undefined: not known. */
  readonly host: string | undefined;
  readonly autoMtls: boolean | undefined;
  readonly http: boolean | undefined;
}

/** The connection with the gateway, as a sidecar makes it. `unseen`: what what it sends goes by, and is hidden or perhaps unread. */
export function connected(
  client: Sender,
  to: Destination,
  gateway: Workload,
  { host, autoMtls, http }: Named,
  whole: SecurityWorld,
): { readonly step: SimulationStep; readonly out: OutboundMtls; readonly unseen: readonly string[] } {
  const world = asRead(whole, [client]);
  const listens = workloadPort(to);
  const peers = peersOf(world);
  const called = { host: fullName(to.service), namespace: to.service.namespace, port: to.port, subset: to.subset };
  const out = outboundMtls(
    clientOf(client),
    { ...called, external: false },
    { ...gateway, port: listens },
    {
      ...{
        objects: world.objects,
        rootNamespace: world.rootNamespace,
        peers,
        autoMtls: autoMtls ?? world.mesh?.autoMtls ?? null,
      },
    },
  );
  const { sends, chain } = out;
  const base = { kind: "mtls" as const, title: `To gateway ${gateway.namespace}/${gateway.name}` };
  const hidden = !chain.every(({ object }) => world.sees(object));
  const sources = hidden ? [] : chain.slice(-1).map(({ object, path }) => sourceOf(world, object, path));
  const unread = unreadIn(world, [...rulesFor(called.host, world), ...peersAround(to.service.namespace, world)]);
  const unseen = hidden ? [HIDDEN] : unread;
  const made = (step: SimulationStep) => ({ step, out, unseen });
  const unknown = (...lacks: readonly string[]) =>
    made({ ...base, verdict: "unknown", text: "Whether it comes to the gateway isn’t known.", lacks, sources });
  if (unseen.length > 0) return unknown(...unseen);
  if (http !== false && host !== undefined && !isOwn(host, to.service)) return unknown(outboundIn(world));
  if (typeof sends !== "string") return unknown(...sends.lacks);
  if (sends !== "plaintext") {
    const { tls, lacks } = spokenAt(gateway, listens, whole);
    if (lacks.length > 0) return unknown(...lacks);
    if (tls !== false) return unknown("what the gateway's own servers take");
    const text = `The client sends ${sends}; the gateway’s server speaks no TLS: the connection is refused.`;
    return made({ ...base, verdict: "no", text, lacks: [], sources });
  }
  const open = plaintextLacks(gateway, to, http, whole);
  if (open.length > 0) return unknown(...open);
  const text = "The client’s sidecar sends it to the gateway as it comes: the gateway doesn’t know who calls.";
  return made({ ...base, verdict: "yes", text, lacks: [], sources });
}

function isOwn(host: string, { namespace, name }: Service): boolean {
  const short = `${name}.${namespace}`;
  return [name, short, `${short}.svc`, fullName({ namespace, name })].includes(hostOf(host));
}
