/**
 * One service as each client in the cluster reaches it. Of clients that can't differ one is asked; those with the same answer are
 * shown as one. Waypoints aren't clients by themselves: they stand in the answer of those that come through them.
 */
import type { ServicePort, Workload } from "#lib/inventory/model.ts";
import type { ClientPlane, ClientRouting, RoutingAnswer, RoutingClass } from "#lib/policy/client-routing.ts";
import { namespaceOf } from "../../routing/json.ts";
import { kindInWords, podKinds } from "../capture.ts";
import { isTcp, isUdp } from "../port-protocol.ts";
import { asRead } from "../revisions.ts";
import { HostIndex } from "../routing/host-index.ts";
import { throughAmbient } from "./ambient-answer.ts";
import { type Called, hostOf } from "./called.ts";
import { classifier } from "./client-classes.ts";
import { atGateway } from "./gateway-answer.ts";
import { leavers } from "./leaving.ts";
import { leftOut, notRouted, pastAll, sidecarAnswer, unknown, unproxied } from "./sidecar-answer.ts";
import type { SecurityWorld } from "./sight.ts";

const PLANES = ["sidecar", "gateway", "ambient", "none"] as const;

export function clientRouting(service: Called, port: ServicePort, world: SecurityWorld): ClientRouting {
  const { cluster, namespace, name, ports, entry } = service;
  const ask = asker(service, port, world);
  const [found, texts] = [new Map<RoutingAnswer, Class>(), new Map<string, Class>()];
  const alike = (answer: RoutingAnswer): Class => {
    const text = JSON.stringify(answer);
    const known = texts.get(text) ?? { answer, clients: [] };
    texts.set(text, known);
    return known;
  };
  for (const client of clientsOf(world).flatMap(kindsOf)) {
    const answer = ask(client.kind);
    // Of clients that can't differ it is the same object, which is compared with the others' once.
    const known = found.get(answer) ?? alike(answer);
    found.set(answer, known);
    known.clients.push(client);
  }
  const classes = [...texts.values()]
    .toSorted(
      (a, b) => PLANES.indexOf(a.answer.plane) - PLANES.indexOf(b.answer.plane) || b.clients.length - a.clients.length,
    )
    .map(({ answer, clients }): RoutingClass => ({ ...answer, clients: byNamespace(clients) }));
  const lacks = unreadIn(world);
  return {
    ...{ service: { cluster, namespace, name }, host: entry?.host ?? null, port: port.port, classes, lacks },
    ports: ports.map((each) => ({ port: each.port, name: each.name })),
  };
}

/** Of what runs, what couldn't be read. */
export const unreadIn = ({ inventory }: SecurityWorld): readonly string[] =>
  inventory.unread
    .filter(({ kind }) => /^(?:pods|services|namespaces)(?:\.|$)/.test(kind))
    .map(({ kind, detail }) => `${kind}: ${detail}`);

interface Class {
  readonly answer: RoutingAnswer;
  readonly clients: Client[];
}

/** One kind of a workload's pods, by the workload's name and, where there are several, which it is. */
interface Client {
  readonly namespace: string;
  readonly name: string;
  readonly kind: Workload;
}

function kindsOf(workload: Workload): readonly Client[] {
  const { namespace, name, pods } = workload;
  const kinds = podKinds(workload);
  return kinds.map((kind) => ({
    ...{ namespace, name: kinds.length > 1 ? `${name} (${kindInWords(kind, pods.length)})` : name },
    kind: { ...workload, ...kind },
  }));
}

/** Who may call: all workloads that are there. */
export const clientsOf = ({ inventory }: SecurityWorld): readonly Workload[] =>
  [...inventory.workloads.values()].filter(({ goneAt, dataplane }) => goneAt === null && dataplane !== "waypoint");

/** Per service and client the objects that may count: those that name the host, and of Sidecars the client's own. */
export function nearby(world: SecurityWorld): (service: Called) => (namespace: string | null) => SecurityWorld {
  const index = new HostIndex(world.objects);
  const sidecars = Map.groupBy(world.objects("Sidecar"), namespaceOf);
  return (service) => {
    const near = { ...world, objects: index.around(hostOf(service)) };
    return (namespace) => {
      if (namespace === null) return near;
      const scopes = [...new Set([namespace, world.rootNamespace])].flatMap((each) => sidecars.get(each) ?? []);
      return { ...near, objects: (kind) => (kind === "Sidecar" ? scopes : near.objects(kind)) };
    };
  };
}

/** The answer for a client; of those that can't differ the first is asked. */
function asker(service: Called, port: ServicePort, world: SecurityWorld): (client: Workload) => RoutingAnswer {
  const near = nearby(world)(service);
  const keyOf = classifier(near(null), leavers(service, port.port, world));
  const known = new Map<string, RoutingAnswer>();
  return (client) => {
    const key = keyOf(client);
    const answer = known.get(key) ?? answerFor(client, service, port, near(client.namespace), world);
    known.set(key, answer);
    return answer;
  };
}

/** `near`: the objects that may count for the service and this client; `world`: all. */
export function answerFor(
  client: Workload,
  service: Called,
  port: ServicePort,
  near: SecurityWorld,
  world: SecurityWorld,
): RoutingAnswer {
  const plane = planeOf(client);
  if (!isTcp(port)) return plane === "gateway" ? notRouted(plane) : pastAll(plane);
  if (isUdp(port) && plane !== "none") return unknown(plane, [leftOut(port.port)]);
  switch (plane) {
    case "sidecar":
      return sidecarAnswer(client, service, port, asRead(near, [client]));
    case "gateway":
      return atGateway(client, service, { ...world, sender: client });
    case "ambient":
      return throughAmbient(service, port, asRead(near, [client]));
    default:
      return unproxied("none", service, port, near);
  }
}

const planeOf = ({ dataplane }: Workload): ClientPlane => (dataplane === "waypoint" ? "none" : dataplane);

const byNamespace = (clients: readonly Client[]): RoutingClass["clients"] =>
  [...Map.groupBy(clients, ({ namespace }) => namespace)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([namespace, list]) => ({ namespace, names: list.map(({ name }) => name).toSorted() }));
