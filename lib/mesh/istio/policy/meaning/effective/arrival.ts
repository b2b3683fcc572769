/** What becomes of a request at one workload that it may be sent to: the connection, then who is let in. */
import type { Workload } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Source } from "#lib/policy/security.ts";
import type { SimulationQuestion, SimulationStep } from "#lib/policy/simulation.ts";
import { GATEWAY_API } from "../../kinds.ts";
import { listAt, textAt, textsAt } from "../../routing/json.ts";
import { attached, type EnforcementPoint } from "../authorization/attached.ts";
import { type Answer, authorize, type Decider } from "../authorization/decide.ts";
import type { CallFacts } from "../authorization/facts.ts";
import { type Past, pastInbound, pastInWords } from "../capture.ts";
import { inboundMtls, peerPolicies, peersAround } from "../inbound-mtls.ts";
import { AUTO, clientOf, type Meeting, received, sentBy } from "../outbound-mtls.ts";
import { asRead, unreadIn } from "../revisions.ts";
import { isKnown, type Lacking, lacking, type Truth } from "../truth.ts";
import { hostOf } from "./called.ts";
import { ownListener } from "./own-listeners.ts";
import { allTakeMutual, goesAsCalled } from "./passthrough.ts";
import { comesThrough, waypointOf } from "./security.ts";
import { blind, HIDDEN, type SecurityWorld, sourceOf } from "./sight.ts";
import { tunnelled } from "./tunnel.ts";
import { type Destination, lowered, rulesFor, type Way } from "./way.ts";

export interface Arriving {
  /** null: without a proxy of its own. */
  readonly client: Workload | null;
  /** Whose identity mutual TLS proves; null: none; undefined: not known. */
  readonly account: string | null | undefined;
  readonly question: SimulationQuestion;
  readonly rewrites: Way["rewrites"];
  readonly http: boolean | undefined;
}

/** Steps up to the one that refuses. */
export function arrive(
  arriving: Arriving,
  to: Destination,
  server: Workload,
  world: SecurityWorld,
): readonly SimulationStep[] {
  const by = pastInbound(server, workloadPort(to));
  const { step, identified } = connection(arriving, to, { ...server, past: by.past, by }, world);
  if (step.verdict === "no") return [step];
  if (by.past !== false) return [step, past(server, workloadPort(to), by)];
  if (server.dataplane === "gateway" || server.dataplane === "waypoint") {
    const what = "what a gateway or waypoint as a server does: that isn’t worked out yet";
    return [step, { ...admitted(server), verdict: "unknown", text: UNKNOWN, lacks: [what] }];
  }
  const own = ownListener(server, workloadPort(to), asRead(world, [server]));
  if (own === null) return [step, admission(arriving, to, server, identified, world)];
  if ("lacks" in own) return [step, { ...admitted(server), verdict: "unknown", text: UNKNOWN, lacks: own.lacks }];
  const entry = admission({ ...arriving, http: own.http }, to, server, identified, world);
  return [step, { ...entry, text: `${own.text} ${entry.text}`, sources: [...entry.sources, own.source] }];
}

interface Server extends Workload {
  readonly past: Truth;
  readonly by: Past;
}

/** Nobody is asked of what comes past the proxy. */
function past(server: Workload, port: number | null, by: Past): SimulationStep {
  const base = admitted(server);
  return isKnown(by.past)
    ? { ...base, verdict: "yes", text: `${capital(pastInWords(port, by))}: no policy is enforced.` }
    : { ...base, verdict: "unknown", text: UNKNOWN, lacks: by.past.lacks };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The workload's port behind the service's; null: known by name alone. */
export function workloadPort({ service, port }: Pick<Destination, "service" | "port">): number | null {
  const found = service.ports.find((each) => each.port === port);
  const own = found?.targetPort ?? port;
  return typeof own === "number" ? own : null;
}

function connection({ client, question }: Arriving, to: Destination, server: Server, world: SecurityWorld) {
  if (client?.dataplane === "ambient" || client?.dataplane === "waypoint") {
    return tunnelled(client, to, { server, port: workloadPort(to) }, world);
  }
  const title = `Mutual TLS with ${server.namespace}/${server.name}`;
  // What is sent the client's control plane says, what is taken the server's.
  const [sending, taking] = [asRead(world, client === null ? [server] : [client]), asRead(world, [server])];
  const peers = peerPolicies(taking.objects("PeerAuthentication"), world.rootNamespace);
  const endpoint = { ...server, port: workloadPort(to) };
  const called = { host: hostOf(to.service), namespace: to.service.namespace, port: to.port, subset: to.subset };
  const all = goesAsCalled(client, to.service) && { all: allTakeMutual(to.service, to.port, sending) };
  const from = client === null ? null : clientOf(client);
  const around = peerPolicies(sending.objects("PeerAuthentication"), world.rootNamespace);
  const destination = { ...called, ...all, external: to.service.entry?.external ?? false };
  const asks = { objects: sending.objects, rootNamespace: world.rootNamespace, peers: around };
  const withAuto = (autoMtls: boolean | null) =>
    received(sentBy(from, destination, endpoint, { ...asks, autoMtls }), endpoint, { peers });
  const auto = question.autoMtls ?? world.mesh?.autoMtls ?? null;
  const met = withAuto(auto);
  const guessed = inboundMtls(around, to.service.namespace, null, null);
  const says = [...met.out.chain.slice(-1), ...(server.past === true ? [] : met.in.chain.slice(-1))];
  const hidden = ![...says, ...guessed.chain.slice(-1)].every(({ object }) => world.sees(object));
  const unseen = [
    ...blind(world, "PeerAuthentication", ...(client === null ? [] : ["DestinationRule"])),
    ...(hidden ? [HIDDEN] : []),
    ...unreadIn(taking, server.past === true ? [] : peersAround(server.namespace, taking)),
    ...(client === null ? [] : unreadIn(sending, sayingTls(to, server, sending))),
  ];
  const connects = unseen.length > 0 ? lacking(...unseen) : met.connects;
  const identified = unseen.length > 0 ? lacking(...unseen) : met.identified;
  const places = new Map(says.map((say) => [say.object, sourceOf(world, say.object, say.path)]));
  const base = { kind: "mtls" as const, title, sources: hidden ? [] : [...places.values()] };
  if (typeof connects !== "boolean") {
    const text = "Whether the connection comes about isn’t known.";
    const lacks = connects.lacks.map((each) =>
      each === AUTO && world.mesh?.why ? `${each}: ${world.mesh.why}` : each,
    );
    return { step: { ...base, verdict: "unknown" as const, text, lacks }, identified };
  }
  const proxied = server.dataplane === "sidecar" || server.dataplane === "ambient";
  const takes = !proxied
    ? "no proxy stands before the server"
    : server.past === true
      ? pastInWords(workloadPort(to), server.by)
      : `the server takes ${met.in.mode}`;
  const end = connects ? "they connect" : "the connection is refused";
  const text = `The client sends ${String(met.out.sends)}; ${takes}: ${end}.${asSet(question, auto, met, withAuto)}`;
  return { step: { ...base, verdict: connects ? ("yes" as const) : ("no" as const), text, lacks: [] }, identified };
}

/** What may have a say in what a client sends. */
const sayingTls = ({ service }: Destination, server: Workload, world: SecurityWorld): readonly Manifest[] => [
  ...rulesFor(hostOf(service), world),
  ...[...new Set([service.namespace, server.namespace])].flatMap((namespace) => peersAround(namespace, world)),
];

/** What made it send that, where it is the mesh's setting alone. */
function asSet(
  { autoMtls }: SimulationQuestion,
  auto: boolean | null,
  met: Meeting,
  withAuto: (autoMtls: boolean) => Meeting,
): string {
  if (auto === null || typeof met.out.sends !== "string" || withAuto(!auto).out.sends === met.out.sends) return "";
  return ` Automatic mutual TLS is ${auto ? "on" : "off"} ${autoMtls === undefined ? "by the mesh’s settings" : "as you ask"}.`;
}

const UNKNOWN = "Whether it is let in isn’t known.";

const admitted = ({ namespace, name }: Workload) => ({
  ...{ kind: "authorization" as const, title: `Let in by ${namespace}/${name}`, sources: [], lacks: [] },
});

/** Where a gateway decides; policies name it by its Gateway, too. */
export function pointOfGateway({ namespace, labels }: Workload): EnforcementPoint {
  const gateway = labels[`${GATEWAY_API}/gateway-name`];
  return { kind: "gateway", namespace, labels, ...(gateway === undefined ? {} : { gateway }) };
}

/** Whom the proxy of a workload lets in, a sidecar, ztunnel or gateway; `identified`: whether mutual TLS proves the client. */
export function admission(
  arriving: Arriving,
  to: Destination,
  server: Workload,
  identified: boolean | Lacking,
  world: SecurityWorld,
): SimulationStep {
  const { namespace, labels, dataplane } = server;
  const base = admitted(server);
  if (dataplane === "none")
    return { ...base, verdict: "yes", text: "No proxy stands before it: no policy is enforced." };
  if (
    dataplane === "ambient" &&
    waypointOf(to.service, world) !== null &&
    comesThrough(arriving.client, to.service, world)
  ) {
    return { ...base, verdict: "unknown", text: UNKNOWN, lacks: [THROUGH] };
  }
  const point: EnforcementPoint =
    dataplane === "gateway"
      ? pointOfGateway(server)
      : { kind: dataplane === "ambient" ? "ztunnel" : "sidecar", namespace, labels };
  const at = { point, name: `${server.namespace}/${server.name}` };
  return admissionAt(at, arriving, { port: workloadPort(to), identified }, asRead(world, [server]));
}

const THROUGH = "what the waypoint does that the call comes through: that isn’t worked out yet";

/** The same at one proxy, whatever it stands before. `world`: as its control plane reads it. `port`: what the call is for there; null: not known. */
export function admissionAt(
  { point, name }: { readonly point: EnforcementPoint; readonly name: string },
  arriving: Arriving,
  { port, identified }: { readonly port: number | null; readonly identified: boolean | Lacking },
  world: SecurityWorld,
): SimulationStep {
  const base = { kind: "authorization" as const, title: `Let in by ${name}`, sources: [], lacks: [] };
  const unknown = (...lacks: readonly string[]): SimulationStep => ({
    ...{ ...base, verdict: "unknown", text: UNKNOWN, lacks },
  });
  const policies = attached(world.objects("AuthorizationPolicy"), point, world.rootNamespace);
  const tokens = attached(world.objects("RequestAuthentication"), point, world.rootNamespace);
  const unseen = blind(world, "AuthorizationPolicy", "RequestAuthentication");
  // More DENY rules only refuse more; anything else out of sight may turn the answer.
  const sure = unseen.length === 0 && tokens.every(world.sees);
  if (!sure) return unknown(...unseen, ...(tokens.every(world.sees) ? [] : [HIDDEN]));
  const unread = unreadIn(world, [...policies, ...tokens]);
  if (unread.length > 0) return unknown(...unread);
  const hidden = !policies.every(world.sees);
  const said = authorize(
    {
      ...{ authorization: policies.filter(world.sees), authentication: tokens, rootNamespace: world.rootNamespace },
      trustDomains: world.mesh?.trustDomains ?? null,
      authorizers: world.mesh?.authorizers ?? null,
    },
    point,
    factsOf(arriving, port, identified, policies, world.mesh),
  );
  const by = (decider: Decider): Source => sourceOf(world, decider.policy, decider.path);
  const found = { ...base, title: `${base.title}’s ${point.kind}` };
  if (said.verdict === "deny" && !(hidden && said.by.stage === "allow")) {
    // An external authorizer out of sight would answer before, as it likes; of bytes all alike are closed.
    const answer = hidden && said.answer !== "closed" ? null : said.answer;
    return {
      ...found,
      verdict: "no",
      text: `Refused${answered(answer)}: ${said.by.why}.`,
      sources: [by(said.by)],
    };
  }
  if (hidden) return { ...unknown(HIDDEN), title: found.title };
  if (said.verdict === "unknown") return { ...unknown(...said.lacks), title: found.title, sources: said.by.map(by) };
  if (said.verdict === "allow" && said.by === null) {
    const text =
      policies.length === 0
        ? "No policy counts here: everyone may call."
        : "No policy refuses it, and no ALLOW policy counts here.";
    return { ...found, verdict: "yes", text };
  }
  return said.verdict === "allow" && said.by !== null
    ? { ...found, verdict: "yes", text: `Let in: ${said.by.why}.`, sources: [by(said.by)] }
    : unknown(HIDDEN);
}

const answered = (answer: Answer): string => {
  if (answer === null) return ", with what answer isn’t known";
  return answer === "closed" ? ", the connection is closed" : `, the answer is ${answer}`;
};

function factsOf(
  { account, question, rewrites, http }: Arriving,
  port: number | null,
  identified: boolean | Lacking,
  policies: readonly Manifest[],
  mesh: SecurityWorld["mesh"],
): CallFacts {
  const { client, method, path, host, headers, token } = question;
  // Without the mesh's settings its trust domain isn't known: `cluster.local` stands for it, but not where the domain itself is asked for.
  const [domain] = mesh?.trustDomains ?? [];
  const own = domain !== undefined && typeof account === "string" ? account.replace(/^[^/]*/, () => domain) : account;
  const told = domain !== undefined || !policies.some(asksForDomain);
  const principal = identified === false ? null : identified === true && told ? own : undefined;
  return {
    ...(http === undefined ? {} : { protocol: http ? "http" : "tcp" }),
    ...(principal === undefined ? {} : { principal }),
    ...(client.kind === "outside" && client.ip !== undefined ? { sourceIp: client.ip } : {}),
    ...(port === null ? {} : { port }),
    ...(method === undefined ? {} : { method }),
    ...(path === undefined || rewrites.path ? {} : { path }),
    ...(mesh?.normalization ? { normalization: mesh.normalization } : {}),
    ...(host === undefined || rewrites.path ? {} : { host }),
    ...(headers === undefined || rewrites.headers ? {} : { headers: lowered(headers) }),
    ...(token === undefined || rewrites.headers ? {} : { token: token === "none" ? null : token }),
  };
}

const asksForDomain = (policy: Manifest): boolean =>
  listAt(policy.spec, "rules").some(
    (rule) =>
      listAt(rule, "from").some(({ source }) =>
        ["trustDomains", "notTrustDomains"].some((key) => textsAt(source, key).length > 0),
      ) || listAt(rule, "when").some((when) => textAt(when, "key") === "source.trustDomain"),
  );
