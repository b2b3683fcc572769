/**
 * A request from inside the mesh to a gateway's Service. A sidecar goes by the host on ports of HTTP, so that it is the gateway that is
 * called where the host is that Service's own name alone, and sends plaintext unless a DestinationRule says otherwise; a ztunnel goes by
 * the address, and gateways take no HBONE from it. Either way the gateway doesn't know who calls.
 * https://istio.io/latest/docs/ops/configuration/traffic-management/traffic-routing/
 */
import type { Service, Workload } from "#lib/inventory/model.ts";
import type { Simulation, SimulationQuestion, SimulationStep } from "#lib/policy/simulation.ts";
import { fullName } from "../../hosts.ts";
import { peerPolicies, peersAround } from "../inbound-mtls.ts";
import { outboundMtls } from "../outbound-mtls.ts";
import { asRead, unreadIn } from "../revisions.ts";
import { gatewayTable, hostOf } from "../routing/gateway.ts";
import { left } from "./ambient-call.ts";
import { workloadPort } from "./arrival.ts";
import { gatewaysOf, through } from "./gateway-call.ts";
import { inTurn, joined } from "./joined.ts";
import { HIDDEN, type SecurityWorld, sourceOf } from "./sight.ts";
import { type Destination, OUTBOUND, rulesFor, type Way } from "./way.ts";

interface Sent {
  readonly question: SimulationQuestion;
  readonly rewrites: Way["rewrites"];
  /** undefined: nobody says what the port carries. */
  readonly http: boolean | undefined;
}

/** One end for each gateway that stands behind it. */
export function fromSidecar(
  client: Workload,
  to: Destination,
  { question, rewrites, http }: Sent,
  world: SecurityWorld,
): readonly Simulation[] {
  const asked = { ...left(question, rewrites), port: to.port };
  return gatewaysOf(to.service, world).map((gateway) => {
    const step = connected(client, to, gateway, { question, rewrites, http }, world);
    return step.verdict === "yes" ? joined([step], [through(asked, to.service, gateway, world)]) : inTurn([step]);
  });
}

/** Without a waypoint of its own. */
export function fromZtunnel(question: SimulationQuestion, service: Service, world: SecurityWorld): Simulation {
  const step: SimulationStep = {
    ...{ kind: "mtls", title: `To gateway ${fullName(service)}`, verdict: "yes", sources: [], lacks: [] },
    text: "The client’s ztunnel goes by the address and sends plaintext: gateways take no HBONE from it, and don’t know who calls.",
  };
  return joined(
    [step],
    gatewaysOf(service, world).map((gateway) => through(question, service, gateway, world)),
  );
}

function connected(
  client: Workload,
  to: Destination,
  gateway: Workload,
  { question, http }: Sent,
  whole: SecurityWorld,
): SimulationStep {
  const world = asRead(whole, [client]);
  const listens = workloadPort(to);
  const peers = peerPolicies(world.objects("PeerAuthentication"), world.rootNamespace);
  const called = { host: fullName(to.service), namespace: to.service.namespace, port: to.port, subset: to.subset };
  const { sends, chain } = outboundMtls(
    client,
    { ...called, external: false },
    { ...gateway, port: listens },
    {
      ...{
        objects: world.objects,
        rootNamespace: world.rootNamespace,
        peers,
        autoMtls: question.autoMtls ?? world.mesh?.autoMtls ?? null,
      },
    },
  );
  const base = { kind: "mtls" as const, title: `To gateway ${gateway.namespace}/${gateway.name}` };
  const hidden = !chain.every(({ object }) => world.sees(object));
  const sources = hidden ? [] : chain.slice(-1).map(({ object, path }) => sourceOf(world, object, path));
  const unknown = (...lacks: readonly string[]): SimulationStep => ({
    ...{ ...base, verdict: "unknown", text: "Whether it comes to the gateway isn’t known.", lacks, sources },
  });
  if (hidden) return unknown(HIDDEN);
  const unread = unreadIn(world, [...rulesFor(called.host, world), ...peersAround(to.service.namespace, world)]);
  if (unread.length > 0) return unknown(...unread);
  if (http !== false && question.host !== undefined && !isOwn(question.host, to.service)) return unknown(OUTBOUND);
  if (typeof sends !== "string") return unknown(...sends.lacks);
  const servers = gatewayTable(gateway, asRead(world, [gateway])).servers.filter(
    (server) => server.listens === listens,
  );
  const speaksTls = servers.some(({ reads, tls }) => reads === "https" || (tls !== null && tls !== "none"));
  if (sends !== "plaintext") {
    if (speaksTls || servers.length === 0) return unknown("what the gateway's own servers take");
    const text = `The client sends ${sends}; the gateway’s server speaks no TLS: the connection is refused.`;
    return { ...base, verdict: "no", text, lacks: [], sources };
  }
  if (speaksTls && http !== false) return unknown("whether the client itself speaks TLS");
  const text = "The client’s sidecar sends it to the gateway as it comes: the gateway doesn’t know who calls.";
  return { ...base, verdict: "yes", text, lacks: [], sources };
}

function isOwn(host: string, { namespace, name }: Service): boolean {
  const short = `${name}.${namespace}`;
  return [name, short, `${short}.svc`, fullName({ namespace, name })].includes(hostOf(host));
}
