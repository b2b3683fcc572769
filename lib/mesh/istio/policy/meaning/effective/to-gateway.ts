/**
 * A request from inside the mesh to a gateway's Service. A sidecar goes by the host on ports of HTTP, so that it is the gateway that is
 * called where the host is that Service's own name alone, and sends plaintext unless a DestinationRule says otherwise; a ztunnel goes by
 * the address, and gateways take no HBONE from it. Either way the gateway doesn't know who calls.
 * https://istio.io/latest/docs/ops/configuration/traffic-management/traffic-routing/
 */
import type { Workload } from "#lib/inventory/model.ts";
import type { Simulation, SimulationQuestion, SimulationStep } from "#lib/policy/simulation.ts";
import { fullName } from "../../hosts.ts";
import { left } from "./ambient-call.ts";
import type { Called } from "./called.ts";
import { ofServers } from "./delivery.ts";
import { through, throughGateways } from "./gateway-call.ts";
import { BY_ADDRESS, connected } from "./gateway-server.ts";
import { inTurn, joined } from "./joined.ts";
import type { SecurityWorld } from "./sight.ts";
import type { Destination, Way } from "./way.ts";

interface Sent {
  readonly question: SimulationQuestion;
  readonly rewrites: Way["rewrites"];
  /** undefined: nobody says what the port carries. */
  readonly http: boolean | undefined;
}

/** One end for each gateway with a ready pod that stands behind it. */
export function fromSidecar(
  client: Workload,
  to: Destination,
  { question, rewrites, http }: Sent,
  world: SecurityWorld,
): readonly Simulation[] {
  const asked = { ...left(question, rewrites), port: to.port };
  return ofServers(client, question.service, to, world, (gateway) => {
    const { step } = connected(client, to, gateway, { host: question.host, autoMtls: question.autoMtls, http }, world);
    return step.verdict === "yes" ? joined([step], [through(asked, to.service, gateway, world)]) : inTurn([step]);
  });
}

/** Without a waypoint of its own. */
export function fromZtunnel(question: SimulationQuestion, service: Called, world: SecurityWorld): Simulation {
  const step: SimulationStep = {
    ...{ kind: "mtls", title: `To gateway ${fullName(service)}`, verdict: "yes", sources: [], lacks: [] },
    text: BY_ADDRESS,
  };
  return joined([step], throughGateways(question, service, world));
}
