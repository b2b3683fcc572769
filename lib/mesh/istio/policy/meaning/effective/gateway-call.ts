/** A request that comes in by gateways: what each listens to, whom it lets in, where it sends the request, and what comes then. */
import type { Workload } from "#lib/inventory/model.ts";
import type { Simulation, SimulationQuestion, SimulationStep } from "#lib/policy/simulation.ts";
import { attached } from "../authorization/attached.ts";
import { seenAfter } from "../authorization/decide.ts";
import { readToken } from "../authorization/tokens.ts";
import { asRead, unreadIn } from "../revisions.ts";
import { type GatewayTable, gatewayTable, hostFor, routeAt, type VirtualHost } from "../routing/gateway.ts";
import type { RequestFacts } from "../routing/match.ts";
import { admission, pointOfGateway } from "./arrival.ts";
import type { Called } from "./called.ts";
import { workloadPort } from "./connection.ts";
import { identityOf, ofServers } from "./delivery.ts";
import { connected } from "./gateway-connection.ts";
import { besideGateways, GATEWAY_KINDS, NO_NUMBER, notOpened, unsettledAt } from "./gateway-server.ts";
import { inTurn, stopped } from "./joined.ts";
import { onwards } from "./onwards.ts";
import { routeStep } from "./route-step.ts";
import { blind, HIDDEN, type SecurityWorld, sourceOf } from "./sight.ts";
import { directly, followed, hides, requestOf, type Way } from "./way.ts";

export const throughGateways = (
  question: SimulationQuestion,
  service: Called,
  world: SecurityWorld,
): readonly Simulation[] =>
  directly(service, question.port).to.flatMap((to) =>
    ofServers(null, question.service, to, world, (gateway) => through(question, service, gateway, world)),
  );

/** Its proof of identity, if the request has any, isn't looked at: a gateway's own server would have to ask for it. */
export function through(
  question: SimulationQuestion,
  service: Called,
  gateway: Workload,
  whole: SecurityWorld,
): Simulation {
  const world = asRead(whole, [gateway]);
  const { host, port } = question;
  const listens = workloadPort({ service, port });
  const table = gatewayTable(gateway, world);
  const there = table.servers.filter((server) => server.listens === listens);
  const bytes = there.some(({ reads }) => reads === "bytes");
  const lacks = [
    ...blind(world, ...GATEWAY_KINDS),
    ...table.lacks,
    ...(host === undefined && !bytes ? ["the host"] : []),
    ...(listens === null ? [NO_NUMBER] : []),
  ];
  const title = `Taken in by gateway ${gateway.namespace}/${gateway.name}`;
  if (lacks.length > 0 || listens === null) return stopped(lacks);
  const passed = bytes ? connected(question, service, gateway, table, listens, title, world) : null;
  if (passed !== null) return passed;
  if (host === undefined) return stopped(["the host"]);
  const found = hostFor(table, listens, host, question.sni);
  if (found === null) return inTurn([notTaken(title, gateway, table, listens, world)]);
  if (hides(found.objects, world)) return stopped([HIDDEN]);
  const otherwise = [
    ...unreadIn(world, found.objects),
    ...(table.refused.length === 0 ? [] : unsettledAt(table, listens, world)),
  ];
  if (otherwise.length > 0) return stopped([...new Set(otherwise)]);
  const { server } = found;
  const taken: SimulationStep = {
    ...{ kind: "route", title, verdict: "yes", lacks: [], sources: [sourceOf(world, server.gateway, server.path)] },
    text: `It listens on port ${listens}${server.reads === "https" ? " with TLS, by the name that is asked for (taken for the host)," : ""} for ${found.domain}.`,
  };
  return routed(question, service, gateway, found, taken, world);
}

function notTaken(
  title: string,
  gateway: Workload,
  table: GatewayTable,
  listens: number,
  world: SecurityWorld,
): SimulationStep {
  const base = { kind: "route" as const, title, sources: [], lacks: [] };
  const there = table.servers.filter((server) => server.listens === listens);
  const lacks = [
    ...unsettledAt(table, listens, world),
    ...(there.length === 0 ? besideGateways(gateway, listens) : []),
  ];
  if (lacks.length > 0) return { ...base, verdict: "unknown", text: "Whether it takes it isn’t known.", lacks };
  const text =
    there.length === 0
      ? notOpened(listens)
      : `No object routes the host on port ${listens} of it: 404, or with TLS no connection.`;
  return { ...base, verdict: "no", text };
}

function routed(
  question: SimulationQuestion,
  service: Called,
  gateway: Workload,
  found: VirtualHost,
  taken: SimulationStep,
  world: SecurityWorld,
): Simulation {
  const { client: _, ...asked } = question;
  // What stands before a gateway (load balancers, NAT) may hide the client's address.
  const arriving = {
    ...{ client: null, account: null, rewrites: { path: false, headers: false }, http: true },
    question: { ...asked, client: { kind: "outside" as const } },
  };
  const mutual = found.server.reads === "https";
  const entry = admission(
    arriving,
    { service, port: question.port, subset: null, labels: null },
    gateway,
    mutual ? { lacks: ["whether the client shows a certificate"] } : false,
    world,
  );
  if (entry.verdict === "no") return inTurn([taken, entry]);
  const redirects: SimulationStep = {
    ...{ ...taken, title: `Routing at gateway ${gateway.namespace}/${gateway.name}`, verdict: "no" },
    text: "Its server redirects every request to HTTPS: 301.",
  };
  if (found.redirects) return inTurn([taken, entry, redirects]);
  const way = wayAt(question, gateway, found, world);
  const step = { ...routeStep(way, gateway, service, world), title: redirects.title };
  if (step.verdict !== "yes") return inTurn([taken, entry, step]);
  const tokens = attached(world.objects("RequestAuthentication"), pointOfGateway(gateway), world.rootNamespace);
  const sent = onwards(
    [taken, entry, step],
    way.to,
    {
      ...{ client: gateway, account: identityOf(gateway), http: true, question: arriving.question },
      // A RequestAuthentication keeps the token unless it says to forward it.
      rewrites: { path: way.rewrites.path, headers: way.rewrites.headers || tokens.length > 0 },
    },
    world,
  );
  return entry.verdict === "yes" || sent.verdict === "no"
    ? sent
    : { ...sent, verdict: "unknown", lacks: [...new Set([...entry.lacks, ...sent.lacks])] };
}

/** As its RequestAuthentications leave it, by which its matches know claims and headers; a token that is absent: not known. */
function verifiedAt(
  gateway: Workload,
  { token }: SimulationQuestion,
  { headers }: RequestFacts,
  world: SecurityWorld,
): Pick<RequestFacts, "token" | "headers"> {
  const all = attached(world.objects("RequestAuthentication"), pointOfGateway(gateway), world.rootNamespace);
  if (blind(world, "RequestAuthentication").length > 0 || !all.every(world.sees)) return {};
  const given = token === undefined ? {} : { token: token === "none" ? null : token };
  return seenAfter(readToken(all, { protocol: "http", ...given, ...(headers && { headers }) }));
}

function wayAt(question: SimulationQuestion, gateway: Workload, found: VirtualHost, world: SecurityWorld): Way {
  const sent = requestOf(question, world);
  const asked = { ...sent, ...verifiedAt(gateway, question, sent, world) };
  const outcome = routeAt(found, { scheme: found.server.reads, ...asked }, world);
  const routed = { outcome, shadowed: [], leftOut: found.leftOut };
  const none = { routed, to: [], lacks: [], rewrites: { path: false, headers: false } };
  if (outcome.kind === "unknown") return { ...none, lacks: outcome.lacks };
  if (outcome.kind !== "routed") return none;
  return {
    routed,
    ...followed(outcome.chosen, { ...question, port: found.server.port }, found.caller.namespace, world),
  };
}
