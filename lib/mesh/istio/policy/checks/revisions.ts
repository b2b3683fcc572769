/** Objects that are for a control plane that doesn't run. */
import { type Draft, type Family, rulesOf } from "./family.ts";
import type { Model } from "./model.ts";
import { labelOf, runningIn } from "./readings.ts";

function* unserved({ world }: Model): Generator<Draft> {
  const names = [...new Set((runningIn(world) ?? []).map(({ name }) => name))].toSorted().join(", ");
  for (const object of world.unserved ?? []) {
    const label = labelOf(object);
    yield {
      code: "revision-not-running",
      at: object,
      path: ["metadata", "labels", "istio.io/rev"],
      message: `No control plane reads it, so it counts for nothing: none of revision ${label === "" ? "“”" : label} runs in the cluster (${names}), and by a revision’s tag none reads configuration.`,
      fix: "Name a revision that runs, or leave the label out, and every control plane reads it; nothing to do while that one is still to come.",
    };
  }
}

export const revisions: Family = {
  rules: {
    "revision-not-running": rulesOf("https://istio.io/latest/docs/setup/upgrade/canary/")(
      [],
      "warning",
      "An object's label istio.io/rev names no control plane that runs in the cluster. Only where it is known which run; nothing else is reported of such an object.",
    ),
  },
  parts: [{ reads: ["unserved", "inventory"], all: unserved }],
};
