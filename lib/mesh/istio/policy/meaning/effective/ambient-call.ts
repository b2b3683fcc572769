/**
 * A request of an ambient client. Its ztunnel carries bytes and follows no rule for requests: to the Service's pods, or to its waypoint,
 * which decides whom it lets in, routes, and calls on as itself: the last ztunnel sees the waypoint's identity.
 * https://istio.io/latest/docs/ambient/usage/waypoint/, https://istio.io/latest/docs/ambient/usage/l4-policy/
 */
import type { ServicePort, Workload } from "#lib/inventory/model.ts";
import type { Simulation, SimulationQuestion, SimulationStep } from "#lib/policy/simulation.ts";
import { GATEWAY_API } from "../../kinds.ts";
import { carriesHttp } from "../port-protocol.ts";
import { asRead, unreadIn } from "../revisions.ts";
import { waypointRule } from "../routing/bytes.ts";
import { decide, type Routed } from "../routing/route.ts";
import { chosenOf, itself } from "../routing/target.ts";
import { waypointRules } from "../routing/waypoint.ts";
import { openAtWaypoint, unsettledAtWaypoint } from "./ambient-answer.ts";
import { admissionAt } from "./arrival.ts";
import { type Called, hasAddress, hostOf, unsettledAtZtunnel } from "./called.ts";
import { delivered, identityOf } from "./delivery.ts";
import { inTurn, stopped } from "./joined.ts";
import { beforePod, proxiesOf } from "./pod-waypoint.ts";
import { routeStep } from "./route-step.ts";
import { waypointOf } from "./security.ts";
import type { SecurityWorld } from "./sight.ts";
import { directly, followed, requestOf, standsFor, UNCHANGED, type Way } from "./way.ts";
import { hasOtherWaypoint, meetingWaypoint, OTHER_WAYPOINT, toWaypoint } from "./waypoint-met.ts";

export interface AmbientCall {
  readonly client: Workload;
  readonly account: string | null | undefined;
  readonly question: SimulationQuestion;
}

/** What comes to a waypoint, from a ztunnel or a gateway; `rewrites`: what was done to it before. */
interface WaypointCall extends AmbientCall {
  readonly rewrites: Way["rewrites"];
}

export function throughZtunnel(
  call: AmbientCall,
  service: Called,
  port: ServicePort,
  whole: SecurityWorld,
): Simulation {
  const world = asRead(whole, [call.client]);
  const place = service.headless ? null : waypointOf(service, world);
  const open = [
    ...unsettledAtZtunnel(service, place, world),
    ...unreadIn(world, [standsFor(service)]),
    ...beforePods(service, world),
  ];
  if (open.length > 0) return stopped(open);
  if (place !== null) return throughWaypoint({ ...call, rewrites: UNCHANGED }, service, port, place, world);
  const step: SimulationStep = {
    ...{ kind: "route", title: `Routing to ${hostOf(service)}`, verdict: "yes", sources: [], lacks: [] },
    text: service.headless
      ? "The Service is headless: the client picks the pod, and its ztunnel follows no rule for requests."
      : service.entry === undefined
        ? "The Service has no waypoint: the client’s ztunnel sends it to one of its pods, and follows no rule for requests."
        : `The ServiceEntry has no waypoint: the client’s ztunnel ${hasAddress(service.entry) ? "sends it to one of its endpoints" : "lets it go where the client’s own DNS says"}, and follows no rule for requests.`,
  };
  const to = directly(service, port.port).to;
  return delivered([step], to, { ...call, rewrites: UNCHANGED, http: carriesHttp(port) }, world);
}

/** Of a headless Service, whose pods are called by their own addresses, which Services' waypoints don't take. */
const beforePods = (service: Called, world: SecurityWorld): readonly string[] =>
  service.headless ? [...new Set(behindOf(service, world).flatMap((each) => beforePod(each, world)))] : [];

const behindOf = ({ namespace, workloads }: Called, { inventory }: SecurityWorld): readonly Workload[] =>
  workloads.flatMap((name) => inventory.workloads.get(`${namespace}/${name}`) ?? []);

/** A waypoint takes a call to a Service, whatever its host says. */
export function throughWaypoint(
  { client, account, question, rewrites }: WaypointCall,
  service: Called,
  port: ServicePort,
  place: { readonly namespace: string; readonly name: string },
  whole: SecurityWorld,
): Simulation {
  const name = `${place.namespace}/${place.name}`;
  const world = asRead(whole, proxiesOf(place, whole));
  const { waypoint, lacks: open } = meetingWaypoint(place, world);
  const lacks = [...unsettledAtWaypoint(service, port, place, world).lacks, ...open];
  if (lacks.length > 0 || waypoint === undefined) return stopped([...new Set(lacks)]);
  const http = carriesHttp(port);
  const reached: SimulationStep = {
    ...{ kind: "mtls", title: `To waypoint ${name}`, verdict: "yes", sources: [], lacks: [] },
    text:
      client.dataplane === "gateway"
        ? "The label istio.io/ingress-use-waypoint sends the gateway’s calls to this Service to its waypoint, by HBONE and with the gateway’s identity."
        : toWaypoint(service),
  };
  const entry = admissionAt(
    {
      point: { kind: "waypoint", namespace: place.namespace, gateway: place.name, ...behind(service) },
      name,
    },
    { client, account, question, rewrites, http },
    // Which port a waypoint's filters compare with isn't worked out.
    { port: null, identified: true },
    world,
  );
  if (entry.verdict === "no") return inTurn([reached, entry]);
  const way = wayAt(left(question, rewrites), service, place, http !== false, world);
  const step = { ...routeStep(way, waypoint, service, world), title: `Routing at waypoint ${name}` };
  if (step.verdict !== "yes") return inTurn([reached, entry, step]);
  if (way.to.some((each) => hasOtherWaypoint(each, place, world)))
    return inTurn([reached, entry, { ...step, verdict: "unknown", lacks: [OTHER_WAYPOINT] }]);
  const sent = delivered(
    [reached, entry, step],
    way.to,
    {
      ...{ client: waypoint, account: identityOf(waypoint), question, http },
      rewrites: { path: rewrites.path || way.rewrites.path, headers: rewrites.headers || way.rewrites.headers },
    },
    world,
  );
  if (entry.verdict === "yes" || sent.verdict === "no") return sent;
  return { ...sent, verdict: "unknown", lacks: [...new Set([...entry.lacks, ...sent.lacks])] };
}

/** What is still known of a request that was rewritten. */
export function left(question: SimulationQuestion, { path, headers }: Way["rewrites"]): SimulationQuestion {
  const { path: _path, host: _host, ...unnamed } = question;
  const named = path ? unnamed : question;
  const { headers: _headers, token: _token, ...bare } = named;
  return headers ? bare : named;
}

/** Policies attached to the Service or ServiceEntry count. */
const behind = (called: Called) =>
  called.entry === undefined ? { services: [called], entries: [] } : { services: [], entries: [called] };

/** The rules that the waypoint tries, one after another. */
function wayAt(
  question: SimulationQuestion,
  service: Called,
  place: { readonly namespace: string; readonly name: string },
  requests: boolean,
  world: SecurityWorld,
): Way {
  const caller = {
    ...{ namespace: place.namespace, port: question.port },
    labels: { [`${GATEWAY_API}/gateway-name`]: place.name },
  };
  const { rules, leftOut } = waypointRules(hostOf(service), service.namespace, caller, world);
  const [first] = rules;
  const bytes = requests ? null : waypointRule(hostOf(service), service.namespace, caller, world);
  const outcome: Routed["outcome"] =
    bytes !== null
      ? { kind: "routed", chosen: chosenOf(bytes, caller, world) }
      : first === undefined || !requests
        ? { kind: "routed", chosen: itself(hostOf(service), question.port) }
        : decide(first.found.owner, rules, requestOf(question, world), ({ found }) => chosenOf(found, caller, world));
  const routed = { outcome, shadowed: [], leftOut };
  const none = { routed, to: [], lacks: [], rewrites: UNCHANGED };
  if (outcome.kind === "unknown") return { ...none, lacks: outcome.lacks };
  if (outcome.kind !== "routed") return none;
  const open = openAtWaypoint(outcome.chosen, hostOf(service));
  return open.length > 0
    ? { ...none, lacks: open }
    : { routed, ...followed(outcome.chosen, question, place.namespace, world) };
}
