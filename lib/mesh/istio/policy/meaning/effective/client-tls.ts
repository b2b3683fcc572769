/**
 * Which TLS a client's proxy sends to each destination, and what becomes of it at the workloads behind: the simulator's own answers
 * about connections, for each kind of pods, those that are alike taken together.
 */
import type { Workload } from "#lib/inventory/model.ts";
import type { ClientTls, TlsSay } from "#lib/policy/client-tls.ts";
import { kindInWords, type PodKind, pastInbound } from "../capture.ts";
import type { ClientSay } from "../outbound-mtls.ts";
import { carriedBy, tcpPort } from "../port-protocol.ts";
import type { Caller } from "../routing/match.ts";
import { type Chosen, lostAt } from "../routing/target.ts";
import { readyKinds } from "./at-server.ts";
import { type Called, hostOf } from "./called.ts";
import { met, type Sender, type Server, workloadPort } from "./connection.ts";
import { LOOKED_AT, type Servers, serversBehind, tooMany } from "./delivery.ts";
import { goesAsLookedUp, isEntry, withPort } from "./entry-delivery.ts";
import { entryEnds } from "./entry-ends.ts";
import { BY_ADDRESS, connected, inPlaintext, isGateway } from "./gateway-server.ts";
import { type SecurityWorld, sourceOf } from "./sight.ts";
import { refusedWhy, sentAs, sentWhy, UNSENT } from "./tls-words.ts";
import { tunnelled } from "./tunnel.ts";
import { type Destination, destination } from "./way.ts";

type Row = Omit<ClientTls, "servers">;

/** Who sends, and what the client itself called. */
interface Sending {
  /** A waypoint: it sends on what the clients' ztunnels send to it. null: no proxy sends it. */
  readonly sender: Sender | null;
  readonly called: Called;
}

/** A place that something is sent to; `lacks`: why it isn't known what stands there. */
export type SentTo =
  | Destination
  | (Pick<ClientTls, "host" | "subset" | "port"> & { readonly lacks: readonly string[] });

/** Where rules send what they take, each place once. `port`: the one that was called; `from`: the namespace of the proxy. */
export function placesOf(
  chosen: readonly (Pick<Chosen, "to"> & { readonly port: number })[],
  from: string,
  world: SecurityWorld,
): readonly SentTo[] {
  const found = new Map<string, SentTo>();
  for (const { to, port: asked } of chosen) {
    for (const target of to.filter((each) => each.share > 0 && lostAt(each) === null)) {
      const { host, subset, port } = target;
      const key = JSON.stringify([host, subset, port ?? asked]);
      if (found.has(key)) continue;
      const place = destination(target, asked, from, world);
      found.set(key, typeof place === "string" ? { host, subset, port: port ?? asked, lacks: [place] } : place);
    }
  }
  return [...found.values()];
}

/** `from`: whose rules these are, and the port that was called. */
export const tlsOfRules = (
  chosen: readonly Chosen[],
  { from, ...sending }: Sending & { readonly from: Pick<Caller, "namespace" | "port"> },
  world: SecurityWorld,
): readonly ClientTls[] =>
  tlsTo(
    placesOf(
      chosen.map(({ to }) => ({ to, port: from.port })),
      from.namespace,
      world,
    ),
    sending,
    world,
  );

/** One row for each place and each kind of answer there; none for addresses outside the cluster, and where no pod is ready. */
export const tlsTo = (places: readonly SentTo[], sending: Sending, world: SecurityWorld): readonly ClientTls[] =>
  places.flatMap((place) => ("service" in place ? alike(rowsTo(place, sending, world)) : [notKnown(place, sending)]));

/** What ambient clients send to a waypoint. `lacks`: what isn't known of whether it takes it. */
export const toWaypointRow = (
  called: Called,
  port: number,
  name: string,
  text: string,
  lacks: readonly string[],
): ClientTls => ({
  ...{ host: hostOf(called), subset: null, port, servers: [name], by: "client", chain: [], lacks },
  ...(lacks.length > 0
    ? { sends: null, takes: null, connects: null, identified: null, why: [] }
    : { sends: "HBONE", takes: "HBONE", connects: true, identified: true, why: [text] }),
});

const bySender = ({ sender }: Sending): ClientTls["by"] => {
  if (sender === null) return "nobody";
  return sender.dataplane === "waypoint" ? "waypoint" : "client";
};

const notKnown = (
  { host, subset, port, lacks }: Pick<ClientTls, "host" | "subset" | "port" | "lacks">,
  sending: Sending,
): ClientTls => ({
  ...{ host, subset, port, lacks, servers: [], by: bySender(sending), chain: [], why: [] },
  ...UNKNOWN,
});

const UNKNOWN = { sends: null, takes: null, connects: null, identified: null } as const;

function rowsTo(to: Destination, sending: Sending, world: SecurityWorld): readonly ClientTls[] {
  const { sender, called } = sending;
  const base = { host: hostOf(to.service), subset: to.subset, port: to.port };
  const plane = sender?.dataplane;
  const asked = { namespace: called.namespace, name: called.name, ...(called.entry && { host: called.entry.host }) };
  const found = isEntry(to) ? podsOf(to, sender, world) : serversBehind(sender, asked, [to], world);
  if ("lacks" in found) return [notKnown({ ...base, lacks: found.lacks }, sending)];
  const { servers } = found;
  if (servers.length > LOOKED_AT) return [notKnown({ ...base, lacks: [tooMany(servers.length)] }, sending)];
  if ((plane === "sidecar" || plane === "ambient") && isGateway(to.service, world))
    return servers.map(({ to: at, server }) => ({
      ...{ ...base, by: "client", servers: [nameOf(server)] },
      ...atGateway(server, at, sending, world),
    }));
  return servers.flatMap(({ to: at, server }) =>
    kindsOf(server).map(({ name, kind }) => ({
      ...{ ...base, servers: [name], by: bySender(sending) },
      ...atKind(kind, at, sender, world),
    })),
  );
}

const nameOf = ({ namespace, name }: Workload): string => `${namespace}/${name}`;

/** The pods among the endpoints of a ServiceEntry: what is sent to addresses is told by itself. */
function podsOf(
  to: Destination & { readonly service: Parameters<typeof entryEnds>[0] },
  sender: Sender | null,
  world: SecurityWorld,
): Pick<Servers, "servers"> | { readonly lacks: readonly string[] } {
  if (goesAsLookedUp(sender, to.service.entry)) return { servers: [] };
  const plane = sender?.dataplane;
  const asked = { port: to.port, labels: to.labels ?? {}, gateway: plane === "gateway", ztunnel: plane === "ambient" };
  const { ends, lacks } = entryEnds(to.service, asked, world);
  if (lacks.length > 0) return { lacks };
  return {
    servers: ends.flatMap((end) => (end.kind === "pods" ? [{ to: withPort(to, end.port), server: end.workload }] : [])),
  };
}

/** Kinds of a workload's ready pods, each by the workload's name and, where there are several, which it is. */
function kindsOf(server: Workload): readonly { readonly name: string; readonly kind: Workload }[] {
  const kinds: readonly PodKind[] = readyKinds(server);
  const of = kinds.reduce((sum, { pods }) => sum + pods.length, 0);
  return kinds.map((kind) => ({
    name: kinds.length > 1 ? `${nameOf(server)} (${kindInWords(kind, of)})` : nameOf(server),
    kind: { ...server, ...kind },
  }));
}

type Answer = Omit<Row, "host" | "subset" | "port" | "by">;

function atKind(kind: Workload, to: Destination, sender: Sender | null, world: SecurityWorld): Answer {
  const port = workloadPort(to);
  if (sender?.dataplane === "ambient" || sender?.dataplane === "waypoint") {
    const { step, identified, sends, in: inbound } = tunnelled(sender, to, { server: kind, port }, world);
    const known = step.verdict === "yes";
    return {
      ...{ sends, connects: known ? true : null, identified: typeof identified === "boolean" ? identified : null },
      takes: inbound?.mode ?? (sends === "HBONE" ? "HBONE" : sends === "plaintext" ? "no proxy" : null),
      ...{ why: known ? [step.text] : [], lacks: step.lacks },
      chain: uniqueSays((inbound?.chain ?? []).map((say) => sayOf({ ...say, says: say.mode }, world))),
    };
  }
  const by = pastInbound(kind, port);
  const server: Server = { ...kind, past: by.past, by };
  const found = met(sender, undefined, to, server, world);
  const { connects, identified, hidden, unseen, auto, out, takes } = found;
  const client = [...(out.emptied ? [out.emptied] : []), ...out.chain].map((say) => sayOf(say, world));
  const own = takes === null || takes === "past" || takes === "no proxy" ? [] : found.in.chain;
  const chain = uniqueSays([...client, ...own.map((say) => sayOf({ ...say, says: say.mode }, world))]);
  if (unseen.length > 0) return { ...UNKNOWN, why: [], chain: hidden ? chain : [], lacks: unseen };
  const sent = sentAs(out);
  const known = { sends: sent, takes, identified: typeof identified === "boolean" ? identified : null, chain };
  const why = sender === null ? [UNSENT] : sentWhy(out, sender, to.service, { auto, root: world.rootNamespace });
  if (typeof connects !== "boolean") return { ...known, connects: null, why, lacks: connects.lacks };
  return { ...known, connects, why: connects ? why : [...why, refusedWhy(takes, port, by)], lacks: [] };
}

function atGateway(gateway: Workload, to: Destination, { sender, called }: Sending, world: SecurityWorld): Answer {
  const port = tcpPort(to.service.ports, to.port);
  const carried = port === undefined ? undefined : carriedBy(port);
  const http = carried && carried === "http";
  if (sender === null || sender.dataplane === "ambient") {
    const { lacks, closed } = inPlaintext(gateway, to, http, world);
    const connects = lacks.length > 0 ? null : closed === null;
    const sent = { sends: "plaintext" as const, takes: null, identified: connects === null ? null : false };
    const chain = uniqueSays((closed?.others ?? []).map((say) => sayOf(say, world)));
    return { ...sent, connects, why: closed === null ? [BY_ADDRESS] : [closed.text], lacks, chain };
  }
  const asked = { host: hostOf(called), autoMtls: undefined, http };
  const { step, out, unseen, others } = connected(sender, to, gateway, asked, world);
  const { verdict, lacks, text } = step;
  if (unseen.length > 0) return { ...UNKNOWN, why: [], chain: [], lacks: unseen };
  return {
    ...{ sends: sentAs(out), takes: null, identified: verdict === "yes" ? false : null, lacks },
    ...{ connects: verdict === "unknown" ? null : verdict === "yes", why: verdict === "unknown" ? [] : [text] },
    chain: uniqueSays([...out.chain, ...others].map((say) => sayOf(say, world))),
  };
}

function sayOf({ object, path, says, level }: ClientSay, world: SecurityWorld): TlsSay {
  if (!world.sees(object)) return { source: null, level: null, says: null };
  const place = level === "port" && object.kind === "PeerAuthentication" ? "workload port" : level;
  return { source: sourceOf(world, object, path), level: place, says };
}

/** Automatic mutual TLS goes by the objects that the server goes by; those out of sight are one. */
const uniqueSays = (says: readonly TlsSay[]): readonly TlsSay[] => [
  ...new Map(says.map((say) => [JSON.stringify(say), say])).values(),
];

/** Rows with the same answer are one, of all their servers. */
function alike(rows: readonly ClientTls[]): readonly ClientTls[] {
  const found = new Map<string, ClientTls>();
  for (const row of rows) {
    const key = JSON.stringify({ ...row, servers: [] });
    const known = found.get(key);
    found.set(key, known === undefined ? row : { ...known, servers: [...known.servers, ...row.servers] });
  }
  return [...found.values()];
}

export const directTo = (service: Called, port: number): SentTo => ({ service, port, subset: null, labels: null });
