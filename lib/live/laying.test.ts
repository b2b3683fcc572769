/** Layouts that take longer than a slice: what comes meanwhile is heard, and what nobody needs any more is given up. */
import { expect, test } from "vitest";
import type { Graph } from "#lib/graph/model.ts";
import { layout, layoutSteps } from "#lib/layout/layout.ts";
import { edge, graph, node } from "./live.test-support.ts";
import { DEFAULT_LOOK } from "./look.ts";
import type { FromWorker } from "./messages.ts";
import { Picture } from "./picture.ts";
import { layoutInput } from "./placing.ts";

const id = (index: number) => `w/shop/workload/n${String(index).padStart(3, "0")}`;

/** A chain of so many, each edge with that rate. */
const chain = (count: number, rate = 1): Graph =>
  graph(
    Array.from({ length: count }, (_, index) => node(id(index))),
    Array.from({ length: count - 1 }, (_, index) => edge(id(index), id(index + 1), { rate })),
  );

/** A picture whose clock runs by 5 ms whenever it is asked, and turns that the test gives. */
function start() {
  let time = 0;
  const waiting: (() => void)[] = [];
  const posted: Extract<FromWorker, { type: "scene" }>[] = [];
  const picture = new Picture({
    post: (message) => message.type === "scene" && posted.push(message),
    places: { load: async () => null, save: () => undefined, forget: () => undefined, clear: () => undefined },
    now: () => {
      time += 5;
      return time;
    },
    later: (call) => waiting.push(call),
    after: () => () => undefined,
    traced: () => null,
    finding: () => ({ found: null, hidden: { nodes: new Set(), edges: new Set() } }),
    laid: () => undefined,
    drawn: () => undefined,
  });
  picture.open("", { frozen: true, folded: false });
  return {
    picture,
    posted,
    waiting,
    /** Gives turns until nobody waits; how many were needed. */
    rest() {
      let turns = 0;
      for (let call = waiting.shift(); call !== undefined; call = waiting.shift()) {
        call();
        turns += 1;
      }
      return turns;
    },
  };
}

test("a long layout lets others have their turn, and ends where it would have ended at once", () => {
  const { picture, posted, rest } = start();
  const drawn = chain(60);
  picture.draw(drawn, false);
  expect(posted).toHaveLength(0);
  expect(rest()).toBeGreaterThan(1);
  const places = layout(layoutInput(drawn, DEFAULT_LOOK.boxes), { seed: 1 });
  expect(posted).toHaveLength(1);
  expect([...(posted[0]?.scene.nodes.x ?? [])]).toEqual(places.nodes.map(({ x }) => x));
});

test("a graph of another structure doesn't wait for an older one's layout: that is given up", () => {
  const { picture, posted, waiting, rest } = start();
  picture.draw(chain(60), false);
  expect(waiting).toHaveLength(1);
  picture.draw(chain(50), false);
  rest();
  expect(posted.map(({ scene }) => scene.nodes.x.length)).toEqual([50]);
  expect(posted[0]?.first).toBe(true);
});

test("newer numbers don't begin a layout again, and are the ones that are drawn", () => {
  const { picture, posted, waiting, rest } = start();
  picture.draw(chain(60), false);
  picture.draw(chain(60, 7), false);
  expect(waiting).toHaveLength(1);
  rest();
  expect(posted).toHaveLength(1);
  expect(posted[0]?.scene.edges.rate[0]).toBe(7);
});

test("what was drawn before and is wanted again needs no layout", () => {
  const { picture, posted, rest } = start();
  picture.draw(chain(60), false);
  rest();
  picture.draw(chain(120), false);
  picture.draw(chain(60, 3), false);
  rest();
  expect(posted.map(({ scene }) => scene.nodes.x.length)).toEqual([60, 60]);
});

test("what may be seen no longer isn't drawn by a layout that was under way", () => {
  const { picture, posted, rest } = start();
  picture.draw(chain(60), false);
  picture.forget();
  rest();
  expect(posted.map(({ scene }) => scene.nodes.x.length)).toEqual([0]);
});

test("the steps of a layout are many and small, cold and warm, and all of them make the layout at once", () => {
  const cold = layoutInput(chain(300), DEFAULT_LOOK.boxes);
  const run = (steps: Generator<void, ReturnType<typeof layout>>) => {
    for (let count = 0; ; count++) {
      const step = steps.next();
      if (step.done === true) return { count, places: step.value };
    }
  };
  const first = run(layoutSteps(cold, { seed: 1 }));
  expect(first.count).toBeGreaterThan(20);
  expect(first.places).toEqual(layout(cold, { seed: 1 }));
  const warm = { seed: 1, previous: layout(layoutInput(chain(200), DEFAULT_LOOK.boxes), { seed: 1 }) };
  const second = run(layoutSteps(cold, warm));
  expect(second.count).toBeGreaterThanOrEqual(100);
  expect(second.places).toEqual(layout(cold, warm));
});
