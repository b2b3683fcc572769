/** A connection from outside to a gateway's port where bytes are passed on. */
import type { Workload } from "#lib/inventory/model.ts";
import type { Simulation, SimulationQuestion, SimulationStep } from "#lib/policy/simulation.ts";
import { unreadIn } from "../revisions.ts";
import { REFUSED, type Taken, takenBy } from "../routing/connection.ts";
import { type GatewayTable, hostOf, refused } from "../routing/gateway.ts";
import type { GatewayChain } from "../routing/gateway-bytes.ts";
import { admission } from "./arrival.ts";
import { connectionOf, throughChain } from "./bytes-way.ts";
import type { Called } from "./called.ts";
import { identityOf } from "./delivery.ts";
import { unsettledAt } from "./gateway-server.ts";
import { inTurn, stopped } from "./joined.ts";
import { onwards } from "./onwards.ts";
import { routeStep } from "./route-step.ts";
import { readersOf } from "./route-versions.ts";
import { HIDDEN, type SecurityWorld, sourceOf } from "./sight.ts";
import { hides } from "./way.ts";

/** null: a server that reads requests takes it. `world`: as the gateway’s control plane reads it. */
export function connected(
  question: SimulationQuestion,
  service: Called,
  gateway: Workload,
  table: GatewayTable,
  listens: number,
  title: string,
  world: SecurityWorld,
): Simulation | null {
  const chains = table.chains.filter((chain) => chain.server.listens === listens);
  const there = table.servers.filter((server) => server.listens === listens);
  const rules = chains.flatMap(({ found }) => found?.owner ?? []);
  const lacks = [
    ...unsettledAt(table, listens, world),
    ...(hides(rules, world) ? [HIDDEN] : unreadIn(world, rules)),
    ...readersOf([...there.map((server) => server.gateway), ...rules], world),
    ...(refused(table, listens) ? [REFUSED] : []),
  ];
  if (lacks.length > 0) return stopped([...new Set(lacks)]);
  const sni = question.sni ?? (question.host === undefined ? undefined : hostOf(question.host));
  const passesOn = there.some(({ tls }) => tls === "auto") && (sni === undefined || sni.startsWith("outbound_"));
  if (passesOn) return stopped(["whether it is another network’s proxy, whose calls AUTO_PASSTHROUGH lets through"]);
  const taken = takenBy(chains, connectionOf({ ...question, ...(sni === undefined ? {} : { sni }) }));
  if (taken.kind === "unknown") return stopped(taken.lacks);
  const chain = chainOf(taken, chains);
  if (chain === null) return inTurn([{ ...NOT_TAKEN, title }]);
  if (chain.found === null) return null;
  return passedOn(question, service, gateway, chain, title, world);
}

const chainOf = (taken: Extract<Taken, { kind: "chain" }>, chains: readonly GatewayChain[]): GatewayChain | null =>
  chains.find((each) => each === taken.chain) ?? null;

/** A server that reads bytes is there: connections come about. */
const NOT_TAKEN: Omit<SimulationStep, "title"> = {
  ...{ kind: "route", verdict: "no", sources: [], lacks: [] },
  text: "No rule takes a connection with this server name: it is closed.",
};

function passedOn(
  question: SimulationQuestion,
  service: Called,
  gateway: Workload,
  chain: GatewayChain,
  title: string,
  world: SecurityWorld,
): Simulation {
  const { namespace, labels, name } = gateway;
  const { server } = chain;
  const { client: _, method: _method, path: _path, host: _host, headers: _headers, ...asked } = question;
  const called = { ...asked, client: { kind: "outside" as const } };
  const taken: SimulationStep = {
    ...{ kind: "route", title, verdict: "yes", lacks: [], sources: [sourceOf(world, server.gateway, server.path)] },
    text: `It listens on port ${server.listens}${WORDS[server.tls ?? "none"]}.`,
  };
  const rewrites = { path: false, headers: false };
  const entry = admission(
    { client: null, account: null, rewrites, http: false, question: called },
    { service, port: question.port, subset: null, labels: null },
    gateway,
    server.tls === "ends" ? { lacks: ["whether the client shows a certificate"] } : false,
    world,
  );
  if (entry.verdict === "no") return inTurn([taken, entry]);
  const caller = { namespace, labels, port: server.port };
  const way = throughChain(chain, service, { ...question, port: server.port }, caller, world);
  const step = { ...routeStep(way, gateway, service, world), title: `Routing at gateway ${namespace}/${name}` };
  if (step.verdict !== "yes") return inTurn([taken, entry, step]);
  const arriving = { client: gateway, account: identityOf(gateway), http: false, question: called, rewrites };
  const sent = onwards([taken, entry, step], way.to, arriving, world);
  return entry.verdict === "yes" || sent.verdict === "no"
    ? sent
    : { ...sent, verdict: "unknown", lacks: [...new Set([...entry.lacks, ...sent.lacks])] };
}

const WORDS = {
  none: " and passes bytes on",
  ends: ", ends TLS and passes bytes on",
  passes: " and passes TLS on by the server name that is asked for",
  auto: "",
} as const;
