/**
 * The connection of a client with one workload: what the client's proxy sends, what the server takes, and which objects say so. Steps of
 * the simulator and the table of how clients reach a service are told from it alike.
 */
import type { Workload } from "#lib/inventory/model.ts";
import type { ClientTls } from "#lib/policy/client-tls.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { SimulationStep } from "#lib/policy/simulation.ts";
import { type Past, pastInWords } from "../capture.ts";
import { inboundMtls, type PeerPolicies, peersAround } from "../inbound-mtls.ts";
import {
  AUTO,
  type ClientSay,
  clientOf,
  type Endpoint,
  type Meeting,
  portsDiffer,
  received,
  sentBy,
} from "../outbound-mtls.ts";
import { tcpPort } from "../port-protocol.ts";
import { asRead, unreadIn } from "../revisions.ts";
import { isKnown, type Lacking, lacking, type Truth } from "../truth.ts";
import { hostOf } from "./called.ts";
import { allTakeMutual, goesAsCalled } from "./passthrough.ts";
import { blind, HIDDEN, peersOf, type SecurityWorld, sourceOf } from "./sight.ts";
import { tunnelled } from "./tunnel.ts";
import { type Destination, rulesFor } from "./way.ts";

/** Whose proxy sends. */
export type Sender = Pick<Workload, "namespace" | "labels" | "dataplane" | "pods">;

/** One kind of a workload's pods, and whether connections to the port that is called come past its proxy. */
export interface Server extends Workload {
  readonly past: Truth;
  readonly by: Past;
}

interface Met extends Meeting {
  /** An object out of the reader's sight has a say: what follows from it isn't told. */
  readonly hidden: boolean;
  /** What keeps all of it from being told. */
  readonly unseen: readonly string[];
  readonly takes: ClientTls["takes"];
  /** The mesh's setting, or what somebody supposes it is, where that alone makes the difference; null: it doesn't, or isn't known. */
  readonly auto: boolean | null;
}

/** The workload's port behind the service's; null: known by name alone. */
export function workloadPort({ service, port }: Pick<Destination, "service" | "port">): number | null {
  const found = tcpPort(service.ports, port);
  const own = found?.targetPort ?? port;
  return typeof own === "number" ? own : null;
}

/** `client` null: no proxy of its own sends it; nor is it a ztunnel or a waypoint. `asked`: enableAutoMtls as somebody supposes it. */
export function met(
  client: Sender | null,
  asked: boolean | undefined,
  to: Destination,
  server: Server,
  world: SecurityWorld,
): Met {
  // What is sent the client's control plane says, what is taken the server's.
  const [sending, taking] = [asRead(world, client === null ? [server] : [client]), asRead(world, [server])];
  const [guessed, peers] = [peersOf(sending), peersOf(taking)];
  const endpoint = { ...server, port: workloadPort(to) };
  const called = { host: hostOf(to.service), namespace: to.service.namespace, port: to.port, subset: to.subset };
  const all = goesAsCalled(client, to.service) && { all: allTakeMutual(to.service, to.port, sending) };
  const from = client === null ? null : clientOf(client);
  const destination = { ...called, ...all, external: to.service.entry?.external ?? false };
  const asks = { objects: sending.objects, rootNamespace: world.rootNamespace, peers: guessed };
  const withAuto = (autoMtls: boolean | null) =>
    received(sentBy(from, destination, endpoint, { ...asks, autoMtls }), endpoint, { peers });
  const auto = asked ?? sending.mesh?.autoMtls ?? null;
  const found = withAuto(auto);
  const around = inboundMtls(guessed, to.service.namespace, null, null);
  const hidden = ![...sayers(found, server), ...around.chain.slice(-1)].every(({ object }) => world.sees(object));
  const unseen = [
    ...blind(world, "PeerAuthentication", ...(client === null ? [] : ["DestinationRule"])),
    ...(hidden ? [HIDDEN] : []),
    ...unreadIn(taking, server.past === true ? [] : peersAround(server.namespace, taking)),
    ...(client === null ? [] : unreadIn(sending, sayingTls(to, server, sending))),
  ];
  const decides = auto !== null && typeof found.out.sends === "string" && withAuto(!auto).out.sends !== found.out.sends;
  return {
    ...{ ...found, hidden, unseen, auto: decides ? auto : null, takes: takenBy(server, endpoint, found, peers) },
    connects: unseen.length > 0 ? lacking(...unseen) : explained(found.connects, sending),
    identified: unseen.length > 0 ? lacking(...unseen) : found.identified,
  };
}

/** What may have a say in what a client sends. */
const sayingTls = ({ service }: Destination, server: Workload, world: SecurityWorld): readonly Manifest[] => [
  ...rulesFor(hostOf(service), world),
  ...[...new Set([service.namespace, server.namespace])].flatMap((namespace) => peersAround(namespace, world)),
];

/** null: not known, or no PeerAuthentication counts there. */
function takenBy(
  { dataplane, past }: Server,
  endpoint: Endpoint,
  { in: { mode } }: Meeting,
  peers: PeerPolicies,
): ClientTls["takes"] {
  if (dataplane === "none") return "no proxy";
  if (dataplane === "gateway" || dataplane === "waypoint" || !isKnown(past)) return null;
  if (past) return "past";
  if (endpoint.port === null && portsDiffer(peers, endpoint)) return null;
  // A ztunnel takes mutual TLS whatever is said.
  return mode === "DISABLE" && dataplane === "ambient" ? "PERMISSIVE" : mode;
}

/** Those who decide: on the client's side, then on the server's. */
const sayers = ({ out, in: inbound }: Meeting, { past }: Server): readonly Pick<ClientSay, "object" | "path">[] => [
  ...out.chain.slice(-1),
  ...(past === true ? [] : inbound.chain.slice(-1)),
];

/** With the reason why a setting isn't known. */
function explained(truth: boolean | Lacking, { mesh }: SecurityWorld): boolean | Lacking {
  if (typeof truth === "boolean") return truth;
  return lacking(...truth.lacks.map((each) => (each === AUTO && mesh?.why ? `${each}: ${mesh.why}` : each)));
}

/** As a step of the simulator, by whatever proxy sends it; `identified`: whether mutual TLS proves who calls. */
export function connection(
  client: Workload | null,
  asked: boolean | undefined,
  to: Destination,
  server: Server,
  world: SecurityWorld,
): { readonly step: SimulationStep; readonly identified: boolean | Lacking } {
  if (client?.dataplane === "ambient" || client?.dataplane === "waypoint") {
    return tunnelled(client, to, { server, port: workloadPort(to) }, world);
  }
  const found = met(client, asked, to, server, world);
  const { connects, identified, hidden, auto } = found;
  const places = new Map(sayers(found, server).map((say) => [say.object, sourceOf(world, say.object, say.path)]));
  const title = `Mutual TLS with ${server.namespace}/${server.name}`;
  const base = { kind: "mtls" as const, title, sources: hidden ? [] : [...places.values()] };
  if (typeof connects !== "boolean") {
    const text = "Whether the connection comes about isn’t known.";
    return { step: { ...base, verdict: "unknown" as const, text, lacks: connects.lacks }, identified };
  }
  const proxied = server.dataplane === "sidecar" || server.dataplane === "ambient";
  const takes = !proxied
    ? "no proxy stands before the server"
    : server.past === true
      ? pastInWords(workloadPort(to), server.by)
      : `the server takes ${found.in.mode}`;
  const end = connects ? "they connect" : "the connection is refused";
  // What made it send that, where it is the mesh's setting alone.
  const set = `Automatic mutual TLS is ${auto === true ? "on" : "off"} ${asked === undefined ? "by the mesh’s settings" : "as you ask"}.`;
  const text = `The client sends ${String(found.out.sends)}; ${takes}: ${end}.${auto === null ? "" : ` ${set}`}`;
  return { step: { ...base, verdict: connects ? ("yes" as const) : ("no" as const), text, lacks: [] }, identified };
}
