/**
 * A gateway as a server of calls from inside the mesh: what a client's proxy sends it. Sidecars send plaintext unless a DestinationRule says
 * otherwise, ztunnels always.
 */
import type { Service, Workload } from "#lib/inventory/model.ts";
import { kindKey } from "#lib/policy/kind.ts";
import type { SimulationStep } from "#lib/policy/simulation.ts";
import { fullName } from "../../hosts.ts";
import { GATEWAY_API, NETWORKING } from "../../kinds.ts";
import { isOfIstio } from "../capture.ts";
import { peersAround } from "../inbound-mtls.ts";
import { type ClientSay, clientOf, type OutboundMtls, outboundMtls } from "../outbound-mtls.ts";
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

/** Which port of it is meant is known by name alone. */
export const NO_NUMBER = "the number of the gateway’s port";

/** What isn't known of whether something listens where no Gateway opens a port. Other containers of its pods aren't asked for. */
export const besideGateways = (gateway: Workload, listens: number): readonly string[] => [
  ...(isOfIstio(listens) ? ["what the proxy itself answers on that port of Istio’s"] : []),
  ...(gateway.pods.some(({ hostNetwork }) => hostNetwork)
    ? ["what else listens on that port of its node, whose network it shares"]
    : []),
];

/** What a gateway's proxy has open at a port. */
interface AtPort {
  /** Whether a server there speaks TLS; null: none is known there. */
  readonly tls: boolean | null;
  /** Nothing listens there. Not of what isn't known, in `lacks`. */
  readonly closed: Closed | null;
  readonly lacks: readonly string[];
}

interface Closed {
  readonly text: string;
  /** Gateways that open other ports of it. */
  readonly others: readonly ClientSay[];
}

/** Those that are named. */
const MOST_OTHERS = 20;

function atPort(gateway: Workload, listens: number | null, whole: SecurityWorld): AtPort {
  const world = asRead(whole, [gateway]);
  const table = gatewayTable(gateway, world);
  const servers = table.servers.filter((server) => server.listens === listens);
  const closed = servers.length === 0 && listens !== null && !isOfIstio(listens);
  const lacks = [
    ...blind(world, ...GATEWAY_KINDS),
    ...table.lacks,
    ...unsettledAt(table, listens, world),
    ...(listens === null ? [NO_NUMBER] : []),
    ...(closed ? besideGateways(gateway, listens) : []),
  ];
  const speaks = servers.some(({ reads, tls }) => reads === "https" || (tls !== null && tls !== "none"));
  return {
    tls: servers.length === 0 ? null : speaks,
    closed: closed && lacks.length === 0 ? closedAt(listens, table) : null,
    lacks,
  };
}

export const notOpened = (listens: number): string =>
  `No Gateway opens port ${listens} of it: nothing listens there, and the connection is refused.`;

function closedAt(listens: number, { servers }: GatewayTable): Closed {
  const all = [...Map.groupBy(servers, ({ gateway }) => gateway)].map(([object, own]): ClientSay => {
    const ports = [...new Set(own.map((server) => server.listens))].toSorted((a, b) => a - b);
    return { object, path: own[0]?.path.slice(0, 2) ?? [], level: "gateway", says: ports.join(", ") };
  });
  const others =
    all.length === 0
      ? " None opens any port of it."
      : all.length > MOST_OTHERS
        ? ` ${all.length} open others, of which ${MOST_OTHERS} are named.`
        : "";
  return { text: `${notOpened(listens)}${others}`, others: all.slice(0, MOST_OTHERS) };
}

/** What becomes of what comes to a gateway as the client says it. `http`: as below. */
export function inPlaintext(
  gateway: Workload,
  to: Destination,
  http: boolean | undefined,
  whole: SecurityWorld,
): Pick<AtPort, "closed" | "lacks"> {
  const { tls, lacks, closed } = atPort(gateway, workloadPort(to), whole);
  return { closed, lacks: lacks.length === 0 && tls === true && http !== false ? [ITSELF] : lacks };
}

const ITSELF = "whether the client itself speaks TLS";

interface Named {
  /** undefined: not known. */
  readonly host: string | undefined;
  readonly autoMtls: boolean | undefined;
  readonly http: boolean | undefined;
}

interface Connected {
  readonly step: SimulationStep;
  readonly out: OutboundMtls;
  /** What what it sends goes by, and is hidden or perhaps unread. */
  readonly unseen: readonly string[];
  /** Where nothing listens: Gateways that open other ports. */
  readonly others: readonly ClientSay[];
}

/** The connection with the gateway, as a sidecar makes it. */
export function connected(
  client: Sender,
  to: Destination,
  gateway: Workload,
  { host, autoMtls, http }: Named,
  whole: SecurityWorld,
): Connected {
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
  const made = (step: SimulationStep, others: readonly ClientSay[] = []): Connected => ({ step, out, unseen, others });
  const nobody = ({ text, others }: Closed) => made({ ...base, verdict: "no", text, lacks: [], sources: [] }, others);
  const unknown = (...lacks: readonly string[]) =>
    made({ ...base, verdict: "unknown", text: "Whether it comes to the gateway isn’t known.", lacks, sources });
  if (unseen.length > 0) return unknown(...unseen);
  if (http !== false && host !== undefined && !isOwn(host, to.service)) return unknown(outboundIn(world));
  if (typeof sends !== "string") return unknown(...sends.lacks);
  if (sends !== "plaintext") {
    const { tls, lacks, closed } = atPort(gateway, listens, whole);
    if (lacks.length > 0) return unknown(...lacks);
    if (closed !== null) return nobody(closed);
    if (tls !== false) return unknown("what the gateway's own servers take");
    const text = `The client sends ${sends}; the gateway’s server speaks no TLS: the connection is refused.`;
    return made({ ...base, verdict: "no", text, lacks: [], sources });
  }
  const { lacks, closed } = inPlaintext(gateway, to, http, whole);
  if (lacks.length > 0) return unknown(...lacks);
  if (closed !== null) return nobody(closed);
  const text = "The client’s sidecar sends it to the gateway as it comes: the gateway doesn’t know who calls.";
  return made({ ...base, verdict: "yes", text, lacks: [], sources });
}

function isOwn(host: string, { namespace, name }: Service): boolean {
  const short = `${name}.${namespace}`;
  return [name, short, `${short}.svc`, fullName({ namespace, name })].includes(hostOf(host));
}
