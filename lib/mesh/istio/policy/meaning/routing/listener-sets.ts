/**
 * What listens at a Gateway of the Gateway API: its own listeners, and those that ListenerSets add, of namespaces that it lets in. Of two
 * that can't stand together the Gateway's own comes first, then the older set's.
 * (ListenerSetCollection in pilot/pkg/config/kube/gateway/gateway_collection.go, ComputeGatewayListenerConflicts in
 * gatewaycommon/listener_conflict.go) https://gateway-api.sigs.k8s.io/geps/gep-1713/
 */
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { GATEWAY_API } from "../../kinds.ts";
import { named } from "../../lookup.ts";
import { has, listAt, namespaceOf, numberAt, objectAt, oldestFirst, specOf, textAt } from "../../routing/json.ts";
import { letIn } from "./api-namespaces.ts";
import type { LeftOut } from "./delegates.ts";
import type { GatewayWorld } from "./world.ts";

export interface Listening {
  /** The Gateway, or a ListenerSet. */
  readonly owner: Manifest;
  readonly index: number;
  /** With its port, also where a ListenerSet leaves that to the protocol. */
  readonly listener: JsonObject;
}

export interface Listeners {
  readonly taken: readonly Listening[];
  readonly refused: readonly LeftOut[];
  /** Of ListenerSets of which it isn't known whether they are let in. */
  readonly perhaps: readonly Listening[];
  readonly lacks: readonly string[];
}

export function listenersAt(gateway: Manifest, world: GatewayWorld): Listeners {
  const taken: Listening[] = [];
  const refused: LeftOut[] = [];
  const place = `${namespaceOf(gateway)}/${gateway.metadata.name}`;
  const allowed = letIn(
    objectAt(specOf(gateway)["allowedListeners"], "namespaces"),
    namespaceOf(gateway),
    world,
    "None",
  );
  const sets = setsFor(gateway, world);
  const lacks =
    allowed === undefined && sets.length > 0 ? [`whose ListenerSets Gateway ${place} lets in: its selector`] : [];
  const owners = [gateway, ...(allowed === undefined ? [] : sets)].filter((owner) => {
    if (owner === gateway || !allowed || allowed.includes(namespaceOf(owner))) return true;
    const why = `Gateway ${place} takes no ListenerSets of namespace ${namespaceOf(owner)}`;
    refused.push({ owner, path: ["spec", "parentRef"], why });
    return false;
  });
  for (const entry of owners.flatMap(listeningOf)) {
    const { owner, index } = entry;
    const other = taken.find((each) => !standTogether(each.listener, entry.listener));
    if (other === undefined) taken.push(entry);
    else refused.push({ owner, path: ["spec", "listeners", index], why: `${calledOf(other)} has its place` });
  }
  // The Gateway's own come first, whoever is let in.
  const perhaps = (allowed === undefined ? sets : [])
    .flatMap(listeningOf)
    .filter(({ listener }) => taken.every((each) => standTogether(each.listener, listener)));
  // Without settings for TLS they keep their place, and open nothing.
  const open = ({ listener }: Listening) => !lacksTls(listener);
  return { taken: taken.filter(open), refused, perhaps: perhaps.filter(open), lacks };
}

const listeningOf = (owner: Manifest): readonly Listening[] =>
  listAt(specOf(owner), "listeners").map((listener, index) => {
    const port = portOf(listener);
    return { owner, index, listener: port === null ? listener : { ...listener, port } };
  });

/** (orderedMergedListeners) */
const byAgeAndPlace = oldestFirst(({ name, namespace = "" }) => [`${namespace}/${name}`]);

/** Those that name it. */
const setsFor = (gateway: Manifest, world: GatewayWorld): readonly Manifest[] =>
  world
    .objects("ListenerSet")
    .filter((set) => {
      const to = named(objectAt(specOf(set), "parentRef"), {
        group: GATEWAY_API,
        kind: "Gateway",
        namespace: namespaceOf(set),
      });
      const whole = to.group === GATEWAY_API && to.kind === "Gateway";
      return whole && to.name === gateway.metadata.name && to.namespace === namespaceOf(gateway);
    })
    .toSorted(byAgeAndPlace);

const PORTS: Readonly<Record<string, number>> = { HTTP: 80, HTTPS: 443 };

/** A ListenerSet need not say it. (ListenerEntryPortNumber) */
export const portOf = (listener: JsonObject): number | null =>
  numberAt(listener, "port") || (PORTS[textAt(listener, "protocol") ?? ""] ?? null);

const READ_BY_NAME: readonly unknown[] = ["HTTP", "HTTPS", "TLS"];
const BYTES: readonly unknown[] = ["TCP", "UDP"];

/** (listenersDistinct) */
function standTogether(a: JsonObject, b: JsonObject): boolean {
  if (a["port"] !== b["port"]) return true;
  const [one, other] = [a["protocol"], b["protocol"]];
  const known = [...READ_BY_NAME, ...BYTES];
  if (!known.includes(one) || !known.includes(other)) return one !== other;
  if (BYTES.includes(one) || BYTES.includes(other)) return false;
  return (textAt(a, "hostname") || "*") !== (textAt(b, "hostname") || "*");
}

const lacksTls = (listener: JsonObject): boolean =>
  ["HTTPS", "TLS"].includes(textAt(listener, "protocol") ?? "") && !has(listener, "tls");

const calledOf = ({ owner, index, listener }: Listening): string =>
  `listener ${textAt(listener, "name") ?? index} of ${owner.kind} ${namespaceOf(owner)}/${owner.metadata.name}`;
