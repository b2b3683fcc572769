/**
 * Whether one request would pass: the client's routing, the connection, and who is let in, at every workload that it may be sent to.
 * What isn't worked out is unknown, by name.
 */
import type { ServicePort, Workload } from "#lib/inventory/model.ts";
import type { Simulation, SimulationQuestion } from "#lib/policy/simulation.ts";
import { type Past, podKinds } from "../capture.ts";
import { carriedBy, isTcp, isUdp, tcpPort } from "../port-protocol.ts";
import { asRead } from "../revisions.ts";
import { HostIndex } from "../routing/host-index.ts";
import { isKnown } from "../truth.ts";
import { throughZtunnel } from "./ambient-call.ts";
import { ofEach } from "./at-server.ts";
import { bytesWay } from "./bytes-way.ts";
import { type Called, hostOf } from "./called.ts";
import { delivered, identityOf } from "./delivery.ts";
import { throughGateways } from "./gateway-call.ts";
import { isGateway } from "./gateway-server.ts";
import { joined, stopped } from "./joined.ts";
import { leaves } from "./leaving.ts";
import { toPod } from "./pod-call.ts";
import { routeStep } from "./route-step.ts";
import { waypointOf } from "./security.ts";
import { leftOut } from "./sidecar-answer.ts";
import { blind, type SecurityWorld } from "./sight.ts";
import { fromSidecar, fromZtunnel } from "./to-gateway.ts";
import { directly, wayOf } from "./way.ts";

export function simulate(question: SimulationQuestion, service: Called, whole: SecurityWorld): Simulation {
  // Of thousands of objects those that may count for the host, found once; a gateway routes other hosts than its own.
  if (service.pod === true) return podCall(question, service, whole);
  const world = { ...whole, objects: new HostIndex(whole.objects).around(hostOf(service)) };
  const caller = callerOf(question, world);
  const lacks = [...caller.lacks, ...unsupported(caller.workload), ...unread(world)];
  if (service.externalName !== undefined) lacks.push("what stands behind an ExternalName");
  const port = tcpPort(service.ports, question.port);
  if (port === undefined || isUdp(port)) lacks.push(nobodyTakes(service, question.port));
  if (lacks.length > 0 || port === undefined) return stopped(lacks);
  const asked = { question, service, port, world, whole };
  const { workload } = caller;
  return workload === null
    ? ofClient(asked, null)
    : ofEach(workload, podKinds(workload), "client", (kind) => ofClient(asked, kind));
}

/** Why a port is nothing that proxies have. */
function nobodyTakes({ ports, entry }: Called, number: number): string {
  const object = entry === undefined ? "Service" : "ServiceEntry";
  const named = ports.filter(({ port }) => port === number);
  const [first] = named;
  if (first === undefined) return `what listens on port ${number}: the ${object} doesn’t name it`;
  if (named.some(isTcp)) return leftOut(number);
  return `what is asked for: port ${number} is ${first.protocol}, which no proxy takes, so that no rule counts for it`;
}

interface Asked {
  readonly question: SimulationQuestion;
  readonly service: Called;
  readonly port: ServicePort;
  /** What may count for the Service's host. */
  readonly world: SecurityWorld;
  readonly whole: SecurityWorld;
}

function ofClient(asked: Asked, workload: Workload | null): Simulation {
  const { question, service, port, world, whole } = asked;
  const account = accountOf(question, workload);
  if (workload?.dataplane === "ambient") {
    if (isGateway(service, world) && waypointOf(service, world) === null) return fromZtunnel(question, service, whole);
    return throughZtunnel({ client: workload, account, question }, service, port, world);
  }
  if (workload?.dataplane !== "sidecar") return sent(asked, null, account);
  const left = leaves(workload, service, question.port, world);
  if (!isKnown(left.past)) return stopped(left.past.lacks);
  return left.past ? sent(asked, null, account, left) : sent(asked, workload, account);
}

/** `client` null: no proxy of its own sends it; `left`: because it leaves past it. */
function sent(
  { question, service, port, world, whole }: Asked,
  client: Workload | null,
  account: string | null | undefined,
  left?: Past,
): Simulation {
  const carried = carriedBy(port);
  const http = carried && carried === "http";
  const read = client === null ? world : asRead(world, [client]);
  const way =
    client === null
      ? directly(service, question.port)
      : carried === "tcp" || carried === "tls"
        ? bytesWay(client, service, question, carried, read)
        : wayOf(client, service, question, carried && true, read);
  const step = routeStep(way, client, service, read);
  const first = left === undefined ? step : { ...step, text: leftInWords(left, service, question.port) };
  if (first.verdict !== "yes") return { verdict: first.verdict, steps: [first], lacks: first.lacks };
  // What goes past the mesh is plaintext, as if there were no proxy: no rule of the client's counts for it.
  const sender = way.routed?.outcome.kind === "out of scope" ? null : client;
  if (sender === null && isGateway(service, world)) return joined([first], throughGateways(question, service, whole));
  const arriving = { client: sender, account, question, rewrites: way.rewrites, http };
  const gates = sender === null ? [] : way.to.filter((each) => isGateway(each.service, world));
  if (sender === null || gates.length === 0) return delivered([first], way.to, arriving, world);
  const others = way.to.filter((each) => !gates.includes(each));
  return joined(
    [first],
    [
      ...gates.flatMap((each) => fromSidecar(sender, each, arriving, whole)),
      ...(others.length === 0 ? [] : [delivered([], others, arriving, world)]),
    ],
  );
}

const leftInWords = ({ by }: Past, { namespace, name }: Called, port: number): string =>
  `It leaves past the client’s sidecar (${by}): no rule routes it, and as the client sends it, without an identity, it goes to ${namespace}/${name}:${port}.`;

function podCall(question: SimulationQuestion, { namespace, name }: Called, world: SecurityWorld): Simulation {
  const caller = callerOf(question, world);
  const server = world.inventory.workloads.get(`${namespace}/${name}`);
  const lacks = [...caller.lacks, ...unsupported(caller.workload), ...unread(world)];
  if (server === undefined) lacks.push("the workload: there is none of that name, or none that you may see");
  if (lacks.length > 0 || server === undefined) return stopped(lacks);
  const { workload } = caller;
  const account = accountOf(question, workload);
  const ofKind = (client: Workload | null) => toPod({ client, account, question }, server, world);
  return workload === null ? ofKind(null) : ofEach(workload, podKinds(workload), "client", ofKind);
}

const unread = (world: SecurityWorld): readonly string[] => [
  ...blind(world, "PeerAuthentication", "AuthorizationPolicy"),
  ...world.inventory.unread
    .filter(({ kind }) => /^(?:pods|services|namespaces)(?:\.|$)/.test(kind))
    .map(({ kind, detail }) => `${kind}: ${detail}`),
];

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
  return client?.dataplane === "gateway" || client?.dataplane === "waypoint"
    ? ["what a gateway or waypoint as a client does: that isn’t worked out yet"]
    : [];
}

function accountOf({ client }: SimulationQuestion, workload: Workload | null): string | null | undefined {
  if (client.kind === "outside" || workload === null) return null;
  return identityOf(client.kind === "account" ? { ...workload, serviceAccounts: [client.account] } : workload);
}
