/** A request on its last leg: from a client's proxy to the workloads that it may be sent to. */
import type { Workload } from "#lib/inventory/model.ts";
import type { Simulation, SimulationQuestion, SimulationStep } from "#lib/policy/simulation.ts";
import { podKinds } from "../capture.ts";
import type { Arriving } from "./arrival.ts";
import { atServer } from "./at-server.ts";
import { type Called, placeOf } from "./called.ts";
import { isEntry, toEntry } from "./entry-delivery.ts";
import { inTurn, joined, stopped } from "./joined.ts";
import { goesAsCalled, missesIt, NO_POD } from "./passthrough.ts";
import type { SecurityWorld } from "./sight.ts";
import type { Destination } from "./way.ts";

/** Workloads, and endpoints of ServiceEntries, behind the destinations that are looked at. */
export const LOOKED_AT = 20;

const EMPTY: SimulationStep = {
  ...{ kind: "route", title: "Endpoints", verdict: "no", sources: [], lacks: [] },
  text: "No ready pod or other endpoint stands behind it: 503.",
};

/** `before`: the steps that lead here. */
export function delivered(
  before: readonly SimulationStep[],
  to: readonly Destination[],
  arriving: Arriving,
  world: SecurityWorld,
): Simulation {
  const found = serversBehind(arriving.client, arriving.question.service, to, world);
  if ("lacks" in found) return stopped(found.lacks);
  const { servers, empty: podless } = found;
  const hosts = to.filter(isEntry).map((each) => toEntry(arriving, each, world));
  const count = servers.length + hosts.flat().length;
  if (count > LOOKED_AT) return stopped([tooMany(count)]);
  const ends = [
    ...servers.map((each) => atServer(arriving, each.to, each.server, world)),
    ...hosts.flat().map((end) => end()),
  ];
  const empty = podless || hosts.some((each) => each.length === 0);
  return joined(before, empty ? [...ends, inTurn([EMPTY])] : ends);
}

export const tooMany = (count: number): string => `a smaller choice than ${count} workloads that it may be sent to`;

export interface Servers {
  readonly servers: readonly { readonly to: Destination; readonly server: Workload }[];
  /** Behind one of the Services no pod is ready. */
  readonly empty: boolean;
}

/**
 * The workloads behind Services (of hosts of ServiceEntries none) that take what a client or its proxy sends there, or what isn't known of
 * them. `asked`: what the client itself called.
 */
export function serversBehind(
  client: Pick<Workload, "dataplane"> | null,
  asked: SimulationQuestion["service"],
  to: readonly Destination[],
  world: SecurityWorld,
): Servers | { readonly lacks: readonly string[] } {
  const missed = to.flatMap((each) => missesIt(client, each.service, asked) ?? []);
  if (missed.length > 0) return { lacks: missed };
  // The client picks the pod, whatever labels the subset has.
  const services = to
    .filter((each) => !isEntry(each))
    .map((each) => (goesAsCalled(client, each.service) ? { ...each, labels: null } : each));
  const podless = services.some((each) => goesAsCalled(client, each.service) && serversOf(each, world).length === 0);
  if (podless) return { lacks: [NO_POD] };
  const blindly = services.filter(({ service }) => unselecting(service));
  if (blindly.length > 0)
    return { lacks: blindly.map(({ service }) => `the endpoints of ${placeOf(service)}: it has no selector`) };
  const early = services.flatMap((each) => unreadyOf(each, world));
  if (early.length > 0) return { lacks: [...new Set(early)] };
  return {
    servers: services.flatMap((each) => serversOf(each, world).map((server) => ({ to: each, server }))),
    empty: services.some((each) => serversOf(each, world).length === 0),
  };
}

/** The answer of each workload that one destination's calls may come to, as above; that they end before it where there is none. */
export function ofServers(
  client: Pick<Workload, "dataplane"> | null,
  asked: SimulationQuestion["service"],
  to: Destination,
  world: SecurityWorld,
  answer: (server: Workload) => Simulation,
): readonly Simulation[] {
  const found = serversBehind(client, asked, [to], world);
  if ("lacks" in found) return [stopped(found.lacks)];
  const { servers, empty } = found;
  if (servers.length > LOOKED_AT) return [stopped([tooMany(servers.length)])];
  return empty ? [inTurn([EMPTY])] : servers.map(({ server }) => answer(server));
}

/** Its endpoints are somebody else's doing, and aren't read. https://kubernetes.io/docs/concepts/services-networking/service/#services-without-selectors */
const unselecting = ({ selector, workloads }: Called): boolean =>
  workloads.length === 0 && Object.keys(selector).length === 0;

/** Whom a workload's certificate names; undefined: not known. */
export function identityOf({ namespace, serviceAccounts }: Workload): string | undefined {
  const [only, second] = serviceAccounts;
  return only === undefined || second !== undefined ? undefined : `cluster.local/ns/${namespace}/sa/${only}`;
}

/**
 * What isn't known where pods are endpoints before they are ready, and no ready one is alike.
 * https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/#ServiceSpec
 */
function unreadyOf(to: Destination, world: SecurityWorld): readonly string[] {
  if (to.service.publishesUnready !== true) return [];
  const early = (pods: Workload["pods"]) => pods.length > 0 && !pods.some(({ ready }) => ready);
  return behind(to, world)
    .filter((each) => podKinds(each).some(({ pods }) => early(pods)))
    .map(
      ({ namespace, name }) =>
        `what pods of ${namespace}/${name} do that aren’t ready: ${placeOf(to.service)} publishes their addresses (publishNotReadyAddresses)`,
    );
}

/** Workloads that the destination's labels take. */
const behind = ({ service, labels }: Destination, { inventory }: SecurityWorld): readonly Workload[] =>
  service.workloads
    .flatMap((name) => inventory.workloads.get(`${service.namespace}/${name}`) ?? [])
    .filter((each) => Object.entries(labels ?? {}).every(([key, value]) => each.labels[key] === value));

/** Those with a ready pod. */
const serversOf = (to: Destination, world: SecurityWorld): readonly Workload[] =>
  behind(to, world).filter(({ pods }) => pods.some(({ ready }) => ready));
