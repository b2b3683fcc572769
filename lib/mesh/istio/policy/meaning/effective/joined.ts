/** Steps that follow one another, and ends of which a request meets one. */
import type { Simulation, SimulationStep, SimulationVerdict } from "#lib/policy/simulation.ts";

/** Nothing was followed. */
export const stopped = (lacks: readonly string[]): Simulation => ({ verdict: "unknown", steps: [], lacks });

/** No where a step says so, yes where all do. */
export function inTurn(steps: readonly SimulationStep[]): Simulation {
  const verdict: SimulationVerdict = steps.some((step) => step.verdict === "no")
    ? "no"
    : steps.every((step) => step.verdict === "yes")
      ? "yes"
      : "unknown";
  return { verdict, steps, lacks: verdict === "unknown" ? [...new Set(steps.flatMap(({ lacks }) => lacks))] : [] };
}

/** Yes or no where all ends say so; `differ`: what is lacking where they differ. */
export function joined(
  first: readonly SimulationStep[],
  ends: readonly Simulation[],
  differ = "which of the workloads it is sent to",
): Simulation {
  const steps = [...first, ...ends.flatMap((end) => end.steps)];
  const verdicts = new Set(ends.map(({ verdict }) => verdict));
  const [one, other] = verdicts;
  if (one !== undefined && one !== "unknown" && other === undefined) return { verdict: one, steps, lacks: [] };
  const open = ends.flatMap(({ verdict, lacks }) => (verdict === "unknown" ? lacks : []));
  verdicts.delete("unknown");
  const which = verdicts.size > 1 || (verdicts.size === 1 && open.length > 0) ? [differ] : [];
  return { verdict: "unknown", steps, lacks: [...new Set([...which, ...open])] };
}
