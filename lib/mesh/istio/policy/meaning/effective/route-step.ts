/** Where a client's proxy sends a request, in words. */
import type { Workload } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { printPath, type Segments } from "#lib/policy/path.ts";
import type { SimulationStep } from "#lib/policy/simulation.ts";
import { lostAt, NOT_GRANTED, type Target } from "../routing/target.ts";
import type { OutOfScope } from "../routing/unknown-host.ts";
import { type Called, hostOf, placeOf } from "./called.ts";
import { OF_BYTES } from "./route-versions.ts";
import { type SecurityWorld, sourceOf } from "./sight.ts";
import type { Way } from "./way.ts";

export function routeStep(way: Way, client: Workload | null, service: Called, world: SecurityWorld): SimulationStep {
  const base = { kind: "route" as const, title: `Routing to ${hostOf(service)}`, sources: [], lacks: way.lacks };
  if (way.lacks.length > 0) {
    const chosen = way.routed?.outcome.kind === "routed" ? way.routed.outcome.chosen : null;
    // The rule that takes it for sure, even where what it does with the request isn't known.
    const sources = chosen?.object == null ? [] : [sourceOf(world, chosen.object, chosen.path)];
    return { ...base, verdict: "unknown", text: "Where it is sent isn’t known.", sources };
  }
  const lead = way.to.map(
    ({ service: to, subset, port }) => `${placeOf(to)}:${port}${subset === null ? "" : ` subset ${subset}`}`,
  );
  if (way.routed === null) {
    const why =
      client === null
        ? "The client has no proxy that would route it"
        : "The port carries bytes, and no rule for bytes takes it";
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
      sources: [sourceOf(world, outcome.by, rulesPath(outcome.by))],
    };
  }
  if (outcome.kind === "out of scope") return { ...base, ...unknownHost(outcome.by, way, client, service, world) };
  if (outcome.kind !== "routed") return { ...base, verdict: "unknown", text: "Where it is sent isn’t known." };
  const { object, path, does } = outcome.chosen;
  const to = outcome.chosen.to.filter(({ share }) => share > 0);
  const sources = object === null ? [] : [sourceOf(world, object, path)];
  if (does !== "route") {
    const what = does === "redirect" ? "redirects it" : "answers it";
    return { ...base, verdict: "no", text: `The proxy ${what} itself.${shadows}`, sources };
  }
  const lost = to.find((each) => lostAt(each) !== null);
  if (lost !== undefined) {
    const some = to.length > 1;
    const lacks = some ? ["which of the weighted destinations it is sent to"] : [];
    const bytes = object !== null && takesBytes(object, path);
    const ends = bytes ? "are closed" : `answer ${codeOf(lost)}`;
    const why = `${whyLost(lost, client)}: calls sent there ${ends}`;
    return { ...base, verdict: some ? "unknown" : "no", text: `${why}.${shadows}`, sources, lacks };
  }
  const headless = client?.dataplane === "sidecar" && way.to.some((each) => each.service.headless);
  const picks = headless ? " The Service is headless: the client itself picks the pod." : "";
  const rule =
    object === null
      ? "No object routes it"
      : `${object.metadata.namespace}/${object.metadata.name} ${printPath(path)} takes it`;
  return { ...base, verdict: "yes", text: `${rule}: it goes to ${lead.join(", ")}.${picks}${shadows}`, sources };
}

const codeOf = ({ host, kept, missing }: Target): 500 | 503 => (host === "" ? 500 : kept === null ? 503 : missing);

function whyLost(lost: Target, client: Workload | null): string {
  switch (lostAt(lost)) {
    case "not granted":
      return `It is sent to ${NOT_GRANTED}`;
    case "kept": {
      const from = client?.namespace ?? "the proxy’s namespace";
      return lost.kept === "not exported"
        ? `${lost.host} isn’t exported to ${from}`
        : `istiod doesn’t see the namespace of ${lost.host} (discoverySelectors)`;
    }
    default:
      return `No DestinationRule that the proxy follows declares subset ${lost.subset}`;
  }
}

/** To a Service that the client's proxy doesn't know: past the mesh or nowhere. */
function unknownHost(
  { why: by, sidecar }: OutOfScope,
  { to }: Way,
  client: Workload | null,
  service: Called,
  world: SecurityWorld,
): Pick<SimulationStep, "verdict" | "text" | "sources"> {
  const what = service.entry === undefined ? "Service" : "ServiceEntry";
  const why = {
    sidecar: `The client’s Sidecar leaves the ${what} out`,
    "not exported": `The ${what} isn’t exported to ${client?.namespace}`,
    "no rule": "No rule for connections takes it",
    "not discovered": `Istiod doesn’t see the ${what}’s namespace (discoverySelectors)`,
  }[by];
  const sources = sidecar === null ? [] : [sourceOf(world, sidecar, ["spec", "egress"])];
  if (to.length === 0) {
    const text = `${why}, and the client’s outboundTrafficPolicy is REGISTRY_ONLY: the answer is 502, or the connection is closed.`;
    return { verdict: "no", text, sources };
  }
  const text = `${why}, and the client’s outboundTrafficPolicy is ALLOW_ANY: it goes past the mesh’s rules, in plaintext, to the address of ${placeOf(service)}.`;
  return { verdict: "yes", text, sources };
}

/** Whether a rule takes connections rather than requests. */
const takesBytes = ({ kind }: Manifest, path: Segments): boolean =>
  kind === "VirtualService" ? path[1] !== "http" : OF_BYTES.includes(kind);

/** Where an object has its rules for requests. */
export const rulesPath = ({ kind }: Manifest): Segments => (kind === "VirtualService" ? ["spec", "http"] : ["spec"]);
