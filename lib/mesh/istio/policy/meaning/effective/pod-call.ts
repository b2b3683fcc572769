/**
 * A call to a pod's own address. A sidecar knows the address only where a headless Service has it; what listens on the port for all
 * addresses may take it, else it goes past the mesh's rules or nowhere. A ztunnel knows each pod by its address.
 * (buildSidecarOutboundListeners in istiod's pilot/pkg/networking/core/listener.go, buildCatchAllVirtualHost in httproute.go)
 * https://istio.io/latest/docs/tasks/traffic-management/egress/egress-control/
 */
import type { Workload } from "#lib/inventory/model.ts";
import type { Simulation, SimulationQuestion, SimulationStep } from "#lib/policy/simulation.ts";
import { inBlock, parseAddress } from "../authorization/address.ts";
import { pastOutbound } from "../capture.ts";
import { carriedBy, isUdp } from "../port-protocol.ts";
import { asRead, unreadIn } from "../revisions.ts";
import { knowsEntry } from "../routing/exported.ts";
import { sidecarOf } from "../routing/scope.ts";
import { othersFor, outboundMode } from "../routing/unknown-host.ts";
import { isKnown } from "../truth.ts";
import { atServer } from "./at-server.ts";
import { type Called, hasPort, listensForAll } from "./called.ts";
import { inTurn, joined, stopped } from "./joined.ts";
import { beforePod } from "./pod-waypoint.ts";
import { blind, HIDDEN, type SecurityWorld, sourceOf, unseen } from "./sight.ts";
import { hides, outboundIn, UNCHANGED } from "./way.ts";

interface PodCall {
  /** One kind of the caller's pods; null: outside the mesh. */
  readonly client: Workload | null;
  readonly account: string | null | undefined;
  readonly question: SimulationQuestion;
}

/** `port`: the pod's. What the port carries isn't known by any object but the Services of the pod. */
export function toPod({ client, account, question }: PodCall, server: Workload, whole: SecurityWorld): Simulation {
  const world = client === null ? whole : asRead(whole, [client]);
  const place = `${server.namespace}/${server.name}`;
  const base = { kind: "route" as const, title: `To a pod of ${place}, by its address`, sources: [], lacks: [] };
  if (!server.pods.some(({ ready }) => ready)) return stopped([`whether a pod of ${place} is there: none is ready`]);
  const http = carriedAt(server, question.port, world);
  const to = { service: podOf(server), port: question.port, subset: null, labels: null };
  const through = (step: SimulationStep, from: Workload | null) =>
    joined([step], [atServer({ client: from, account, question, rewrites: UNCHANGED, http }, to, server, world)]);
  if (client?.dataplane === "ambient") {
    const lacks = beforePod(server, world);
    if (lacks.length > 0) return stopped(lacks);
    const text = "The client’s ztunnel knows the pod by its address: it goes there, and follows no rule for requests.";
    return through({ ...base, verdict: "yes", text }, client);
  }
  if (client?.dataplane !== "sidecar")
    return through(
      { ...base, verdict: "yes", text: "The client has no proxy that would route it: it goes to the pod." },
      null,
    );
  const own = client.namespace === server.namespace && client.name === server.name;
  const left = pastOutbound(client, question.port, addressesOf(server));
  if (!isKnown(left.past)) return stopped(left.past.lacks);
  if (left.past) {
    if (own) return stopped([ITSELF]);
    const text = `It leaves past the client’s sidecar (${left.by}): as the client sends it, without an identity, it goes to the pod.`;
    return through({ ...base, verdict: "yes", text }, null);
  }
  const sidecar = sidecarOf(client, world);
  const mode = outboundMode(sidecar, world.mesh?.registryOnly ?? null);
  const lacks = [
    ...blind(world, "Sidecar", "ServiceEntry", "VirtualService"),
    ...(own ? [ITSELF] : []),
    ...[takenBefore(client, server, question, world)].flat(),
    ...(mode === null ? [outboundIn(world)] : []),
    ...(sidecar !== null && hides([sidecar], world) ? [HIDDEN] : []),
    ...unreadIn(world, sidecar === null ? [] : [sidecar]),
  ];
  if (lacks.length > 0) return stopped([...new Set(lacks)]);
  const sources = sidecar === null ? [] : [sourceOf(world, sidecar, ["spec"])];
  const why = "The client’s sidecar doesn’t know the address, and its outboundTrafficPolicy is";
  if (mode === "REGISTRY_ONLY") {
    const text = `${why} REGISTRY_ONLY: the answer is 502, or the connection is closed.`;
    return inTurn([{ ...base, verdict: "no", text, sources }]);
  }
  const text = `${why} ALLOW_ANY: it goes past the mesh’s rules to the pod, in plaintext.`;
  return through({ ...base, verdict: "yes", text, sources }, null);
}

const ITSELF = "whether the pod calls itself";

const addressesOf = ({ pods }: Workload): readonly string[] => pods.flatMap(({ ip }) => ip ?? []);

/** What else at the client's sidecar may take it. */
function takenBefore(
  client: Workload,
  server: Workload,
  { port, host }: SimulationQuestion,
  world: SecurityWorld,
): readonly string[] | string {
  const { services } = world.inventory;
  const headless = [...services.values()].filter(
    (each) => each.headless && each.namespace === server.namespace && each.workloads.includes(server.name),
  );
  const listens = headless.find(({ ports }) => ports.some((each) => each.port === port && !isUdp(each)));
  if (listens !== undefined)
    return [`what the headless Service ${listens.namespace}/${listens.name} makes of it: ask for that Service`];
  const entry = world.objects("ServiceEntry").some((each) => knowsEntry(each, client.namespace) && hasPort(each, port));
  if (entry) return [`whether a ServiceEntry with port ${port} takes it, by its address or for all of them`];
  if (host === undefined)
    return listensForAll(port, world.inventory)
      ? ["the host that it names: the client’s sidecar goes by it on this port"]
      : unseen(world, "Services");
  // Another address may be a Service's, to which the sidecar then routes it.
  const name = withoutPort(host);
  if (!addressesOf(server).some((each) => inBlock(each, name) === true))
    return ["what the host that it names makes of it: it is none of the addresses that are known of the pods"];
  return othersFor(name, port, client.namespace, world) ?? [];
}

/** `10.0.0.7:80` and `[fd00::7]:80` as addresses. */
const withoutPort = (host: string): string =>
  parseAddress(host) === null ? host.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1") : host;

/** Whether Services of the pod say that the port carries requests; undefined: none says it. */
function carriedAt(server: Workload, port: number, { inventory }: SecurityWorld): boolean | undefined {
  const said = server.services
    .flatMap((name) => inventory.services.get(`${server.namespace}/${name}`)?.ports ?? [])
    .filter((each) => (each.targetPort ?? each.port) === port && !isUdp(each))
    .map(carriedBy);
  const [first] = said;
  return first === undefined || said.some((each) => each !== first) ? undefined : first === "http";
}

/** It stands for no Service: nothing that is attached to one counts. */
export const podOf = ({ cluster, namespace, name }: Workload): Called => ({
  ...{ cluster, namespace, name, selector: {}, headless: false, workloads: [name] },
  pod: true,
  ports: [],
});
