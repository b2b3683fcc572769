/** Where a client's proxy sends a request, in words. */
import type { Service, Workload } from "#lib/inventory/model.ts";
import { printPath } from "#lib/policy/path.ts";
import type { SimulationStep } from "#lib/policy/simulation.ts";
import { fullName } from "../../hosts.ts";
import { type SecurityWorld, sourceOf } from "./sight.ts";
import type { Way } from "./way.ts";

export function routeStep(way: Way, client: Workload | null, service: Service, world: SecurityWorld): SimulationStep {
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
    return { ...base, verdict: "no", text: `The proxy ${what} itself.${shadows}`, sources };
  }
  const lost = to.find(({ subset, declaredBy }) => subset !== null && declaredBy === null);
  if (lost !== undefined) {
    const some = to.length > 1;
    const lacks = some ? ["which of the weighted destinations it is sent to"] : [];
    const text = `No DestinationRule that the proxy follows declares subset ${lost.subset}: calls sent there answer 503.${shadows}`;
    return { ...base, verdict: some ? "unknown" : "no", text, sources, lacks };
  }
  const rule =
    object === null
      ? "No VirtualService counts"
      : `${object.metadata.namespace}/${object.metadata.name} ${printPath(path)} takes it`;
  return { ...base, verdict: "yes", text: `${rule}: it goes to ${lead.join(", ")}.${shadows}`, sources };
}
