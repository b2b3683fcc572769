/**
 * Whether one request would pass: the client's routing, the connection, and who is let in, at every workload that it may be sent to.
 * What isn't worked out is unknown, by name.
 */
import type { Service, Workload } from "#lib/inventory/model.ts";
import { printPath } from "#lib/policy/path.ts";
import type { Simulation, SimulationQuestion, SimulationStep, SimulationVerdict } from "#lib/policy/simulation.ts";
import { fullName } from "../../hosts.ts";
import { HostIndex } from "../../impact/host-index.ts";
import { carriesHttp } from "../port-protocol.ts";
import { type Arriving, arrive } from "./arrival.ts";
import { blind, type SecurityWorld, sourceOf } from "./sight.ts";
import { type Destination, directly, type Way, wayOf } from "./way.ts";

/** Workloads behind the destinations that are looked at. */
const LOOKED_AT = 20;

export function simulate(question: SimulationQuestion, service: Service, whole: SecurityWorld): Simulation {
  // Of thousands of objects those that may count for the host, found once.
  const world = { ...whole, objects: new HostIndex(whole.objects).around(fullName(service)) };
  const caller = callerOf(question, world);
  const lacks = [...caller.lacks, ...unsupported(caller.workload), ...unread(world)];
  if (service.externalName !== undefined) lacks.push("what stands behind an ExternalName");
  const port = service.ports.find((each) => each.port === question.port);
  if (port === undefined) lacks.push(`what listens on port ${question.port}: the Service doesn’t name it`);
  if (lacks.length > 0 || port === undefined) return stopped(lacks);
  const http = carriesHttp(port);
  const client = caller.workload?.dataplane === "sidecar" ? caller.workload : null;
  const way = client === null ? directly(service, question.port) : wayOf(client, service, question, http, world);
  const first = routeStep(way, client, service, world);
  if (first.verdict !== "yes") return { verdict: first.verdict, steps: [first], lacks: first.lacks };
  const servers = way.to.flatMap((to) => serversOf(to, world).map((server) => ({ to, server })));
  if (servers.length > LOOKED_AT)
    return stopped([`a smaller choice than ${servers.length} workloads that it may be sent to`]);
  const account = accountOf(question, caller.workload);
  const arriving: Arriving = { client, account, question, rewrites: way.rewrites, http };
  const ends = servers.map(({ to, server }) => arrive(arriving, to, server, world));
  const empty = way.to.some((to) => serversOf(to, world).length === 0);
  const none: readonly SimulationStep[] = [
    {
      ...{ kind: "route", title: "Endpoints", verdict: "no", sources: [], lacks: [] },
      text: "No ready pod stands behind it: 503.",
    },
  ];
  return joined(first, empty ? [...ends, none] : ends);
}

const unread = (world: SecurityWorld): readonly string[] => [
  ...blind(world, "PeerAuthentication", "AuthorizationPolicy"),
  ...world.inventory.unread
    .filter(({ kind }) => /^(?:pods|services|namespaces)(?:\.|$)/.test(kind))
    .map(({ kind, detail }) => `${kind}: ${detail}`),
];

const stopped = (lacks: readonly string[]): Simulation => ({ verdict: "unknown", steps: [], lacks });

function callerOf({ client }: SimulationQuestion, { inventory }: SecurityWorld) {
  if (client.kind === "outside") return { workload: null, lacks: [] };
  if (client.kind === "workload") {
    const workload = inventory.workloads.get(`${client.namespace}/${client.name}`) ?? null;
    return {
      workload,
      lacks: workload === null ? ["the client: there is no such workload, or none that you may see"] : [],
    };
  }
  const using = [...inventory.workloads.values()].filter(
    ({ namespace, serviceAccounts }) => namespace === client.namespace && serviceAccounts.includes(client.account),
  );
  const [only, second] = using;
  if (only !== undefined && second === undefined) return { workload: only, lacks: [] };
  const which = using.length === 0 ? "a workload that runs as it" : `which of ${using.length} workloads that run as it`;
  return { workload: null, lacks: [`${which} calls: routing goes by the client’s labels`] };
}

function unsupported(client: Workload | null): readonly string[] {
  if (client?.dataplane === "ambient") return ["what ztunnel sends for an ambient client: that isn’t worked out yet"];
  return client?.dataplane === "gateway" || client?.dataplane === "waypoint"
    ? ["what a gateway or waypoint as a client does: that isn’t worked out yet"]
    : [];
}

function accountOf({ client }: SimulationQuestion, workload: Workload | null): string | null | undefined {
  if (client.kind === "outside" || workload === null) return null;
  const [only, second] = client.kind === "account" ? [client.account] : workload.serviceAccounts;
  return only === undefined || second !== undefined ? undefined : `cluster.local/ns/${workload.namespace}/sa/${only}`;
}

function routeStep(way: Way, client: Workload | null, service: Service, world: SecurityWorld): SimulationStep {
  const base = { kind: "route" as const, title: `Routing to ${fullName(service)}`, sources: [], lacks: way.lacks };
  if (way.lacks.length > 0) return { ...base, verdict: "unknown", text: "Where it is sent isn’t known." };
  const lead = way.to.map(
    ({ service: to, subset, port }) =>
      `${to.namespace}/${to.name}:${port}${subset === null ? "" : ` subset ${subset}`}`,
  );
  if (way.routed === null) {
    const why =
      client === null
        ? "The client has no proxy that would route it"
        : "The port carries bytes, and no rule for bytes counts";
    return { ...base, verdict: "yes", text: `${why}: it goes to ${lead.join(", ")}.` };
  }
  const { outcome, shadowed } = way.routed;
  const others = shadowed.map((each) => sourceOf(world, each, []));
  const shadows =
    others.length === 0
      ? ""
      : ` Shadowed: ${others.map(({ object }) => `${object.namespace}/${object.name}`).join(", ")}.`;
  if (outcome.kind === "no route") {
    return {
      ...base,
      verdict: "no",
      text: `No rule takes it: 404.${shadows}`,
      sources: [sourceOf(world, outcome.by, ["spec", "http"])],
    };
  }
  if (outcome.kind !== "routed") return { ...base, verdict: "unknown", text: "Where it is sent isn’t known." };
  const { object, path, does } = outcome.chosen;
  const to = outcome.chosen.to.filter(({ share }) => share > 0);
  const sources = object === null ? [] : [sourceOf(world, object, path)];
  if (does !== "route") {
    const what = does === "redirect" ? "redirects it" : "answers it";
    return { ...base, verdict: "no", text: `The client’s proxy ${what} itself.${shadows}`, sources };
  }
  const lost = to.find(({ subset, declaredBy }) => subset !== null && declaredBy === null);
  if (lost !== undefined) {
    const some = to.length > 1;
    const lacks = some ? ["which of the weighted destinations it is sent to"] : [];
    const text = `No DestinationRule that the client follows declares subset ${lost.subset}: calls sent there answer 503.${shadows}`;
    return { ...base, verdict: some ? "unknown" : "no", text, sources, lacks };
  }
  const rule =
    object === null
      ? "No VirtualService counts"
      : `${object.metadata.namespace}/${object.metadata.name} ${printPath(path)} takes it`;
  return { ...base, verdict: "yes", text: `${rule}: it goes to ${lead.join(", ")}.${shadows}`, sources };
}

/** Workloads with a ready pod that the destination's labels take. */
const serversOf = ({ service, labels }: Destination, { inventory }: SecurityWorld): readonly Workload[] =>
  service.workloads
    .flatMap((name) => inventory.workloads.get(`${service.namespace}/${name}`) ?? [])
    .filter((each) => Object.entries(labels ?? {}).every(([key, value]) => each.labels[key] === value))
    .filter(({ pods }) => pods.some(({ ready }) => ready));

/** Yes or no where all ends say so. */
function joined(first: SimulationStep, ends: readonly (readonly SimulationStep[])[]): Simulation {
  const verdicts = ends.map((steps): SimulationVerdict => {
    if (steps.some(({ verdict }) => verdict === "no")) return "no";
    return steps.every(({ verdict }) => verdict === "yes") ? "yes" : "unknown";
  });
  const steps = [first, ...ends.flat()];
  const [one] = verdicts;
  if (one !== undefined && one !== "unknown" && verdicts.every((each) => each === one))
    return { verdict: one, steps, lacks: [] };
  const open = ends.flatMap((each, index) => (verdicts[index] === "unknown" ? each.flatMap(({ lacks }) => lacks) : []));
  const known = new Set(verdicts.filter((each) => each !== "unknown"));
  const which = known.size > 1 || (known.size === 1 && open.length > 0) ? ["which of the workloads it is sent to"] : [];
  return { verdict: "unknown", steps, lacks: [...new Set([...which, ...open])] };
}
