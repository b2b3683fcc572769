/** A request at one workload that it may be sent to: at each kind of its ready pods, where some have no proxy. */
import type { Workload } from "#lib/inventory/model.ts";
import type { Simulation, SimulationStep } from "#lib/policy/simulation.ts";
import { kindInWords, type PodKind, podKinds } from "../capture.ts";
import { type Arriving, arrive } from "./arrival.ts";
import { inTurn, joined } from "./joined.ts";
import type { SecurityWorld } from "./sight.ts";
import type { Destination } from "./way.ts";

export function atServer(arriving: Arriving, to: Destination, server: Workload, world: SecurityWorld): Simulation {
  return ofEach(server, readyKinds(server), "server", (each) => inTurn(arrive(arriving, to, each, world)));
}

/** Those of its pods that may be met. */
export const readyKinds = (server: Workload): readonly PodKind[] =>
  podKinds(server)
    .map((kind) => ({ ...kind, pods: kind.pods.filter((each) => each.ready) }))
    .filter(({ pods }) => pods.length > 0);

/** What becomes of it at, or from, each kind of a workload's pods; yes or no where all of them say so. */
export function ofEach(
  workload: Workload,
  kinds: readonly PodKind[],
  side: "client" | "server",
  answer: (kind: Workload) => Simulation,
): Simulation {
  const [only, second] = kinds;
  if (only === undefined || second === undefined)
    return answer({ ...workload, dataplane: only?.dataplane ?? workload.dataplane });
  const of = kinds.reduce((sum, { pods }) => sum + pods.length, 0);
  const bare = kinds.find(({ dataplane }) => dataplane === "none")?.pods.length ?? 0;
  const count = `${bare} of ${of} pods ${bare === 1 ? "is" : "are"} without a proxy`;
  const ends = kinds.map((kind) => {
    const end = answer({ ...workload, dataplane: kind.dataplane, pods: kind.pods });
    const titled = (step: SimulationStep) => ({
      ...step,
      title: `${step.title} (${side === "client" ? "from " : ""}${kindInWords(kind, of)})`,
    });
    return { ...end, steps: end.steps.map(titled) };
  });
  return joined(
    [],
    ends,
    `which pod of ${workload.namespace}/${workload.name} ${side === "client" ? "calls" : "it is sent to"}: ${count}`,
  );
}
