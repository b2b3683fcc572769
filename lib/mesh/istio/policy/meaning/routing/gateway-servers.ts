/**
 * Servers that a gateway's proxy opens: those of Istio's Gateways whose selector takes the workload, in any namespace, and listeners of
 * the Gateway API's Gateway that it was made for; the oldest object first.
 * https://istio.io/latest/docs/reference/config/networking/gateway/, mergeGateways in istiod's pilot/pkg/model/gateway.go
 */
import { kindKey } from "#lib/policy/kind.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { NETWORKING } from "../../kinds.ts";
import {
  byAge,
  has,
  listAt,
  mapAt,
  namespaceOf,
  numberAt,
  objectAt,
  specOf,
  textAt,
  textsAt,
} from "../../routing/json.ts";
import { apiGateways, isMade, listenerOf } from "./api-listeners.ts";
import type { LeftOut } from "./delegates.ts";
import { type Listening, listenersAt } from "./listener-sets.ts";
import { type Found, listensOn, type Server, unknownPort } from "./server.ts";
import type { GatewayProxy, GatewayWorld } from "./world.ts";

export interface Opened {
  readonly servers: readonly Server[];
  readonly refused: readonly LeftOut[];
  /** Those of which it isn't known whether or where they are open, and those that are refused, which is known as far as the others are. */
  readonly perhaps: readonly Server[];
  readonly lacks: readonly string[];
}

export function openedBy(proxy: GatewayProxy, world: GatewayWorld): Opened {
  const listening = apiGateways(proxy, world).map((gateway) => ({ gateway, ...listenersAt(gateway, world) }));
  const made = listening.filter(({ gateway }) => isMade(gateway));
  const beside = istiosServers(
    proxy,
    made.flatMap(({ taken }) => taken),
    world,
  );
  const api = listening.flatMap(({ taken }) => taken);
  const servers: Server[] = [];
  const perhaps: Server[] = [];
  const refused: LeftOut[] = listening.flatMap((each) => each.refused);
  const lacks = new Set(listening.flatMap((each) => each.lacks));
  for (const each of [...beside, ...api].toSorted((a, b) => byAge(a.owner, b.owner))) {
    const { server, lacks: open } = foundOf(each, proxy, world);
    if (open !== null) {
      lacks.add(open);
      perhaps.push(server);
      continue;
    }
    const why = clash(server, servers);
    if (why === null) {
      servers.push(server);
      continue;
    }
    refused.push({ owner: each.owner, path: server.path, why });
    perhaps.push(server);
  }
  // Where ListenerSets may be let in, that is lacking already; so may Istio's Gateways of their namespaces then.
  const unsure = listening.flatMap((each) => each.perhaps);
  const besideThem = istiosServers(
    proxy,
    made.flatMap(({ taken, perhaps: more }) => [...taken, ...more]),
    world,
  ).filter(({ owner }) => !beside.some((each) => each.owner === owner));
  perhaps.push(...[...unsure, ...besideThem].map((each) => foundOf(each, proxy, world).server));
  return { servers, refused, perhaps, lacks: [...lacks] };
}

function foundOf({ owner, index, listener }: Listening, proxy: GatewayProxy, world: GatewayWorld): Found {
  const ofIstio = owner.apiVersion.startsWith(`${NETWORKING}/`);
  return (ofIstio ? serverOf : listenerOf)(owner, index, listener, proxy, world);
}

/** Beside a Gateway whose proxy istiod made only those of its namespace count, and of its ListenerSets'. (filterStrictGatewayMerging) */
function istiosServers(proxy: GatewayProxy, made: readonly Listening[], world: GatewayWorld): readonly Listening[] {
  const managed = new Set(made.map(({ owner }) => namespaceOf(owner)));
  return world
    .objects(kindKey({ group: NETWORKING, kind: "Gateway" }))
    .filter((gateway) => managed.size === 0 || managed.has(namespaceOf(gateway)))
    .filter((gateway) =>
      Object.entries(mapAt(specOf(gateway), "selector")).every(([key, value]) => proxy.labels[key] === value),
    )
    .flatMap((owner) => listAt(specOf(owner), "servers").map((listener, index) => ({ owner, index, listener })));
}

function serverOf(
  gateway: Manifest,
  index: number,
  server: JsonObject,
  proxy: GatewayProxy,
  world: GatewayWorld,
): Found {
  const own = namespaceOf(gateway);
  const name = `${own}/${gateway.metadata.name}`;
  const written = numberAt(objectAt(server, "port"), "number");
  const port = written ?? 0;
  const listens = listensOn(port, proxy, world);
  const found: Server = {
    ...{ gateway, path: ["spec", "servers", index], name, port, listens: listens ?? port, ...readsOf(server) },
    redirects: objectAt(server, "tls")["httpsRedirect"] === true,
    hosts: textsAt(server, "hosts").map((each) => {
      const [where = "", host, ...more] = each.split("/");
      if (host === undefined || more.length > 0) return { namespace: null, host: each.toLowerCase() };
      return { namespace: where === "*" ? null : where === "." ? own : where, host: host.toLowerCase() };
    }),
    listener: null,
  };
  const called = `server ${index} of Gateway ${name}`;
  const lacks =
    written === null
      ? `the port of ${called}`
      : textAt(server, "bind")
        ? `which address ${called} is reached at: it says bind`
        : listens === null
          ? unknownPort(port)
          : null;
  return { server: found, lacks };
}

const PASSES: Readonly<Record<string, Server["tls"]>> = { PASSTHROUGH: "passes", AUTO_PASSTHROUGH: "auto" };

function readsOf(server: JsonObject): Pick<Server, "reads" | "tls"> {
  const protocol = (textAt(objectAt(server, "port"), "protocol") ?? "").toUpperCase();
  if (["HTTP", "HTTP2", "GRPC", "GRPC-WEB"].includes(protocol)) return { reads: "http", tls: null };
  if (!has(server, "tls")) return { reads: "bytes", tls: "none" };
  const passes = PASSES[textAt(objectAt(server, "tls"), "mode") ?? ""];
  if (passes !== undefined) return { reads: "bytes", tls: passes };
  return protocol === "HTTPS" ? { reads: "https", tls: null } : { reads: "bytes", tls: "ends" };
}

/** The first server of a port settles what the port carries; of servers with TLS each host is one's alone. */
function clash(server: Server, before: readonly Server[]): string | null {
  const [first, ...others] = before.filter(({ listens }) => listens === server.listens);
  if (first === undefined) return null;
  const there = `${first.name} opens port ${server.port} before it`;
  if (first.reads === "http") return server.reads === "http" ? null : `${there}, for HTTP without TLS`;
  if (first.tls === "none") return `${there}, for bytes without TLS`;
  if (server.reads === "http") return `${there}, for something else than HTTP without TLS`;
  const taken = [first, ...others].flatMap(({ hosts }) => hosts.map(keyOf));
  return server.hosts.some((each) => taken.includes(keyOf(each))) ? `${there}, for the same host` : null;
}

const keyOf = ({ namespace, host }: Server["hosts"][number]): string => `${namespace ?? ""}/${host}`;
