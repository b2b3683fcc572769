/**
 * From PERMISSIVE to STRICT, for one namespace or for all: each pair that was seen is decided once under the objects as they are and
 * as they would be at the end. Pure. Cost: linear in pairs, workloads and objects.
 */
import type { ClusterInventory, Workload } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import {
  STRICT_STATES,
  type StrictList,
  type StrictNamespace,
  type StrictPath,
  type StrictState,
} from "#lib/policy/strict.ts";
import type { ObservedCall } from "../impact/calls.ts";
import type { ImpactWorld } from "../impact/sides.ts";
import { blind } from "../meaning/effective/sight.ts";
import { asRead, everyProxy, SEVERAL, unreadIn } from "../meaning/revisions.ts";
import { has, specOf, textAt } from "../routing/json.ts";
import { blindSpotsOf, isBlind } from "./blind.ts";
import { enforces, fatesOf } from "./fates.ts";
import { pilotOf } from "./pilot.ts";
import { type Judgement, rowsOf } from "./rows.ts";
import { rulesAgainst } from "./rules.ts";
import type { SeenCalls } from "./seen.ts";
import { strictSides } from "./sides.ts";
import { exceptionsOf, namespaceMode, ownPolicy, unseenAt } from "./takes.ts";
import { uncoveredOf, unenforcedPorts } from "./uncovered.ts";

export interface StrictInput {
  readonly world: ImpactWorld;
  /** null: the whole mesh of the cluster. */
  readonly namespace: string | null;
  readonly visible: (cluster: string, namespace: string) => boolean;
  /** null: no calls are known. */
  readonly seen: SeenCalls | null;
}

/** Each list is to be read: the first of very many. */
const SHOWN = 300;
const KINDS = ["PeerAuthentication", "DestinationRule", "ServiceEntry"];

export function strictPath({ world: whole, namespace, visible, seen }: StrictInput): StrictPath {
  const world = asRead(whole, everyProxy(whole.inventory));
  const apart = unreadIn(world, KINDS.flatMap(world.objects)).length === 0 ? [] : [SEVERAL];
  const { cluster, inventory, rootNamespace } = world;
  const inScope = (name: string) => (namespace === null || name === namespace) && visible(cluster, name);
  const there = [...inventory.workloads.values()].filter(({ goneAt }) => goneAt === null);
  const workloads = there.filter((each) => inScope(each.namespace));
  const services = [...inventory.services.values()].filter((each) => inScope(each.namespace));
  const entries = world
    .objects("ServiceEntry")
    .filter((each) => inScope(each.metadata.namespace ?? "") && world.sees(each) && isOfTheMesh(each));
  const enforcing = Map.groupBy(workloads.filter(enforces), (each) => each.namespace);
  const sides = strictSides(world, new Set(enforcing.keys()));
  const { peers } = sides.before;
  const judged = arrivals(seen?.calls ?? [])
    .filter(({ target }) => target.cluster === cluster && inScope(target.namespace))
    .flatMap((call): readonly Judgement[] =>
      fatesOf(call, sides, world, (server) => [...unseenAt(peers, server, world), ...apart]).map((fate) => ({
        call,
        fate,
      })),
    );
  const byNamespace = Map.groupBy(judged, ({ call }) => call.target.namespace);
  const namespaces = [...enforcing].map(([name, own]) =>
    namespaceOf({
      ...{ name, workloads: own, world, seen, apart, judged: byNamespace.get(name) ?? [] },
      now: namespaceMode(peers, name, world),
      owned: (workload) => ownPolicy(peers, workload) !== undefined,
    }),
  );
  return {
    ...{ cluster, namespace, mesh: namespaceMode(peers, rootNamespace, world) },
    namespaces: namespaces.toSorted(inOrder),
    hidden: namespace === null && there.some((each) => enforces(each) && !visible(cluster, each.namespace)),
    pairs: listed(rowsOf(judged, { world, visible })),
    rules: listed(rulesAgainst(services, entries, world)),
    exceptions: listed(workloads.filter(enforces).flatMap((each) => exceptionsOf(peers, each, world))),
    uncovered: listed([...workloads.flatMap(uncoveredOf), ...services.flatMap(unenforcedPorts)]),
    lacks: [...blind(world, ...KINDS), ...apart, ...unreadOf(inventory)],
  };
}

/**
 * Calls of the mesh. Of those that reached no workload only where none of the same client did: what it sends to a service shows by
 * those that arrive, requests by requests and connections by connections, which go to other ports.
 */
function arrivals(calls: readonly ObservedCall[]): readonly ObservedCall[] {
  const key = ({ ids, service, protocol }: ObservedCall) =>
    `${ids.source}>${service?.namespace}/${service?.name} ${protocol === "tcp" ? "tcp" : "requests"}`;
  const arrived = new Set(calls.filter(({ target }) => target.kind === "workload").map(key));
  return calls.filter(
    (call) => call.target.kind === "workload" || (call.target.kind === "service" && !arrived.has(key(call))),
  );
}

/** By its location, or because it selects workloads, whose proxies then take what calls it. */
const isOfTheMesh = (entry: Manifest): boolean =>
  textAt(specOf(entry), "location") === "MESH_INTERNAL" || has(specOf(entry), "workloadSelector");

const listed = <T>(items: readonly T[]): StrictList<T> => ({ items: items.slice(0, SHOWN), total: items.length });

const unreadOf = ({ unread }: ClusterInventory): readonly string[] =>
  unread
    .filter(({ kind }) => /^(?:pods|services|namespaces)(?:\.|$)/.test(kind))
    .map(({ kind, detail }) => `${kind}: ${detail}`);

const NOTHING_PROVEN =
  "whether its proxies tell of calls: none here was seen to be mutual TLS, so whoever calls seldom may not have been seen";

interface Place {
  readonly name: string;
  /** That enforce. */
  readonly workloads: readonly Workload[];
  readonly judged: readonly Judgement[];
  readonly now: StrictNamespace["now"];
  readonly owned: (workload: Workload) => boolean;
  readonly world: ImpactWorld;
  readonly seen: SeenCalls | null;
  /** What isn’t known of who reads which objects. */
  readonly apart: readonly string[];
}

function namespaceOf({ name, workloads, judged, now, owned, world, seen, apart }: Place): StrictNamespace {
  const pairs = pairsOf(judged);
  const byServer = Map.groupBy(judged, ({ call }) => call.target.name);
  const blindSpots = [
    ...now.lacks,
    ...(seen === null ? [] : blindSpotsOf(workloads, seen, (workload) => byServer.get(workload.name) ?? [])),
    // That proxies are scraped doesn’t say that they count calls: metrics may be switched off.
    ...(seen !== null && now.mode !== "STRICT" && pairs.proven === 0 ? [NOTHING_PROVEN] : []),
    ...apart,
    ...unreadOf(world.inventory),
    ...blind(world, "DestinationRule"),
  ];
  const unsure = apart.length > 0 || unreadOf(world.inventory).length > 0;
  // Callers without a proxy show at the server’s own proxies alone.
  const unseen = (workload: Workload, own: readonly Judgement[]) => seen === null || isBlind(workload, seen, () => own);
  const served = (workload: Workload) => {
    const own = byServer.get(workload.name) ?? [];
    const fine = own.filter(({ fate }) => fate.sends === "mutual TLS");
    return {
      proven: fine.reduce((sum, { call, fate }) => sum + call.rate * fate.share, 0),
      blocked: own.some(({ fate }) => fate.refused !== false) || unsure || unseen(workload, own),
    };
  };
  return {
    ...{ namespace: name, now, pairs, workloads: workloads.length, blindSpots: [...new Set(blindSpots)] },
    silent: seen === null ? workloads.length : workloads.filter((each) => !byServer.has(each.name)).length,
    state: stateOf(now, pairs, blindSpots.length > 0, seen),
    pilot: now.mode === "STRICT" ? null : pilotOf(workloads, served, owned),
  };
}

function stateOf(
  now: StrictNamespace["now"],
  { plaintext, nameless, unknown }: StrictNamespace["pairs"],
  blindly: boolean,
  seen: SeenCalls | null,
): StrictState {
  if (now.mode === "STRICT") return "strict";
  if (seen === null) return "unknown";
  // Where mutual TLS is switched off clients don't send it: first it has to be allowed.
  if (plaintext + nameless + unknown > 0 || now.mode === "DISABLE") return "blocked";
  return blindly || !seen.whole ? "open" : "ready";
}

function pairsOf(judged: readonly Judgement[]): StrictNamespace["pairs"] {
  const count = (test: (judgement: Judgement) => boolean) =>
    new Set(judged.filter(test).map(({ call }) => `${call.ids.source}>${call.ids.target}>${call.protocol}`)).size;
  const refused = ({ fate }: Judgement) => fate.refused === true;
  return {
    proven: count(({ fate }) => fate.sends === "mutual TLS" && fate.refused === false),
    plaintext: count((each) => refused(each) && each.call.source.kind !== "unknown"),
    nameless: count((each) => refused(each) && each.call.source.kind === "unknown"),
    unknown: count(({ fate }) => fate.refused === null),
    untouched: count(({ fate }) => fate.sends !== "mutual TLS" && fate.refused === false),
  };
}

/** What is ready first, then by what stands in the way; the same for the same evidence. */
function inOrder(a: StrictNamespace, b: StrictNamespace): number {
  const rank = ({ state }: StrictNamespace) => STRICT_STATES.indexOf(state);
  const against = ({ pairs }: StrictNamespace) => pairs.plaintext + pairs.nameless + pairs.unknown;
  return (
    rank(a) - rank(b) ||
    against(a) - against(b) ||
    a.blindSpots.length - b.blindSpots.length ||
    a.workloads - b.workloads ||
    (a.namespace < b.namespace ? -1 : 1)
  );
}
