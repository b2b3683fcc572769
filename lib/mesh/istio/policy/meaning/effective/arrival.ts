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
import { asRead, servedBy, unreadIn } from "../revisions.ts";
import { isKnown, type Lacking } from "../truth.ts";
import { connection, workloadPort } from "./connection.ts";
import { ownListener } from "./own-listeners.ts";
import { comesThrough, waypointOf } from "./security.ts";
import { blind, HIDDEN, type SecurityWorld, sourceOf } from "./sight.ts";
import { type Destination, lowered, type Way } from "./way.ts";

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
  const { step, identified } = connection(
    arriving.client,
    arriving.question.autoMtls,
    to,
    { ...server, past: by.past, by },
    world,
  );
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

/** Nobody is asked of what comes past the proxy. */
function past(server: Workload, port: number | null, by: Past): SimulationStep {
  const base = admitted(server);
  return isKnown(by.past)
    ? { ...base, verdict: "yes", text: `${capital(pastInWords(port, by))}: no policy is enforced.` }
    : { ...base, verdict: "unknown", text: UNKNOWN, lacks: by.past.lacks };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

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
  const domains = domainsApart(arriving, identified, world);
  const unread = [...unreadIn(world, [...policies, ...tokens]), ...domains];
  if (unread.length > 0) return unknown(...unread);
  const hidden = !policies.every(world.sees);
  const said = authorize(
    {
      ...{ authorization: policies.filter(world.sees), authentication: tokens, rootNamespace: world.rootNamespace },
      trustDomains: world.mesh?.trustDomains ?? null,
      authorizers: world.mesh?.authorizers ?? null,
    },
    point,
    factsOf(arriving, port, identified, policies, world),
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

/** By what settings a client has its identity. */
const callersMesh = (client: Workload | null, { mesh }: SecurityWorld): SecurityWorld["mesh"] =>
  (client === null ? null : servedBy([client], mesh)?.facts) ?? mesh;

/** A server's TLS refuses identities of domains that its own control plane doesn't name. (TrustDomainsForValidation in istiod's pilot/pkg/security/authn) */
function domainsApart({ client }: Arriving, identified: boolean | Lacking, world: SecurityWorld): readonly string[] {
  if (client === null || identified === false) return [];
  const served = servedBy([client], world.mesh);
  if (served === null) return [];
  const [own] = served.facts.trustDomains ?? [];
  const taken = world.mesh?.trustDomains ?? null;
  return own === undefined || taken === null || taken.includes(own)
    ? []
    : [`whether its TLS takes the client’s trust domain ${own}, which its own control plane isn’t told of`];
}

function factsOf(
  { client: caller, account, question, rewrites, http }: Arriving,
  port: number | null,
  identified: boolean | Lacking,
  policies: readonly Manifest[],
  world: SecurityWorld,
): CallFacts {
  const { client, method, path, host, headers, token } = question;
  // Without the mesh's settings its trust domain isn't known: `cluster.local` stands for it, but not where the domain itself is asked for.
  const [domain] = callersMesh(caller, world)?.trustDomains ?? [];
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
    ...(world.mesh?.normalization ? { normalization: world.mesh.normalization } : {}),
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
