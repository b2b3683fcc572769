import { expect, test } from "vitest";
import { layout } from "#lib/layout/layout.ts";
import { DEFAULT_LOOK } from "./look.ts";
import { FOLDED, GRAPH, start } from "./picture.test-support.ts";
import { layoutInput } from "./placing.ts";
import { type Drawn, rehearseSteps } from "./rehearsal.ts";
import { buildSkeleton } from "./scene-build.ts";
import { showGraph } from "./shown.ts";

const STEP = {
  ...{ seq: 1, at: GRAPH.at, window: GRAPH.window, latencyAt: null, configurationAt: null },
  ...{ removed: { nodes: [], edges: [] }, nodes: [] },
  edges: GRAPH.edges.slice(1, 3).map((edge) => ({ ...edge, rate: 7 })),
};

async function afterStep(rehearsed: boolean) {
  const { world, posted, scenes, open } = start();
  await open({}, GRAPH);
  const told = posted.length;
  if (rehearsed) await world.pass(1000);
  expect(posted).toHaveLength(told);
  world.last().event("delta", STEP, "e-1");
  await world.pass(0);
  expect(scenes()).toHaveLength(2);
  return scenes().at(-1);
}

test("what is rehearsed is told to nobody, and the step that comes then is drawn as it would be without", async () => {
  expect(await afterStep(true)).toEqual(await afterStep(false));
});

function drawn(of = GRAPH): Drawn {
  const shown = showGraph(of, DEFAULT_LOOK);
  return { shown, skeleton: buildSkeleton(shown, layout(layoutInput(of, []), { seed: 1 }), []), look: DEFAULT_LOOK };
}

/** How many turns are taken, where `seen` says what is drawn at each. */
function turns(seen: (turn: number) => Drawn | null): number {
  let taken = 0;
  const queue: (() => void)[] = [];
  const later = (call: () => void) => void queue.push(call);
  const after = (_ms: number, call: () => void) => {
    later(call);
    return () => undefined;
  };
  rehearseSteps(() => seen(taken), { after, later });
  for (let call = queue.shift(); call !== undefined; call = queue.shift()) {
    call();
    taken += queue.length;
  }
  return taken;
}

test("it ends by itself, and at once where something else is drawn, or nothing any more", () => {
  const [one, other] = [drawn(), drawn(FOLDED)];
  expect(turns(() => one)).toBe(4);
  expect(turns((turn) => (turn < 2 ? one : other))).toBe(2);
  expect(turns((turn) => (turn < 1 ? one : null))).toBe(1);
  expect(turns(() => null)).toBe(0);
});
