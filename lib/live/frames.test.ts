import { expect, test } from "vitest";
import { DEFAULT_VIEW, type GraphView } from "#lib/api/view.ts";
import type { FrameStep, GraphFrames } from "#lib/graph/model.ts";
import { Frames, framesUrl } from "./frames.ts";
import { edge, graph, node, settle, World } from "./live.test-support.ts";
import { follow } from "./session.test-support.ts";

const A = "w/shop/workload/a";
const B = "w/shop/workload/b";
const SPAN = { start: "2026-08-20T13:00:00Z", end: "2026-08-20T13:00:20Z", stepSeconds: 10 };
const instant = (index: number) => `2026-08-20T13:00:${index}0Z`;
const NOW = graph([node(A), node(B)], [edge(A, B, { rate: 99 })]);

const step = (seq: number, rate: number): FrameStep => ({
  seq,
  ...{ at: instant(seq), window: "1m", latencyAt: null, configurationAt: null },
  removed: { nodes: [], edges: [] },
  nodes: [],
  edges: [edge(A, B, { rate })],
});

const FRAMES: GraphFrames = {
  ...{ start: SPAN.start, end: SPAN.end, step: 10 },
  snapshot: graph([node(A), node(B)], [edge(A, B, { rate: 1 })], { at: instant(0) }),
  deltas: [step(1, 2), step(2, 3)],
};

async function start() {
  const { world, of, tell, status } = await follow(NOW);
  const open = async (view: Partial<GraphView> = {}) => {
    tell({ type: "open", view: { ...DEFAULT_VIEW, ...view }, detail: "auto", origin: "http://c" });
    await settle();
  };
  return {
    ...{ world, of, tell, open, status },
    asked: (part: string) => world.asked.filter(({ url }) => url.includes(part)),
    scenes: () => of("scene").length,
    async answer(body: unknown = FRAMES, status = 200) {
      world.asked.findLast(({ url }) => url.includes("/frames"))?.refuse(status, body);
      await settle();
    },
  };
}

test("frames are asked for the drawn view and the span, with nothing of now in it", () => {
  const view = { ...DEFAULT_VIEW, namespaces: ["shop"], at: instant(1), labels: true };
  expect(decodeURIComponent(framesUrl("http://c", view, SPAN))).toBe(
    `http://c/api/v1/graph/frames?namespaces=shop&start=${SPAN.start}&end=${SPAN.end}&step=10s`,
  );
});

test("an instant that is a frame is shown at once, without a stream; another one is asked for", async () => {
  const { tell, open, answer, asked, status, scenes } = await start();
  tell({ type: "frames", span: SPAN });
  expect(status().frames).toEqual({ state: "reading", stepSeconds: null, problem: null });
  await answer();
  expect(status().frames).toEqual({ state: "ready", stepSeconds: 10, problem: null });
  const before = { streams: asked("/stream").length, scenes: scenes() };
  await open({ at: instant(1) });
  expect(status()).toMatchObject({ at: instant(1), phase: "live" });
  await open({ at: instant(2) });
  expect(status().at).toBe(instant(2));
  expect(asked("/frames")).toHaveLength(1);
  expect(asked("/stream")).toHaveLength(before.streams);
  expect(scenes()).toBe(before.scenes + 2);
  await open({ at: "2026-08-20T13:00:05Z" });
  expect(asked("/stream")).toHaveLength(before.streams + 1);
  await open({});
  expect(asked("/stream")).toHaveLength(before.streams + 2);
});

test("a hand on the axis sees the nearest frame, and what is followed goes on behind it", async () => {
  const { tell, answer, world, status, of } = await start();
  tell({ type: "select", id: `${A}>${B}>http` });
  const rate = () => {
    const last = of("details").at(-1)?.details;
    return last?.kind === "edge" ? last.edge.rate : null;
  };
  tell({ type: "frames", span: SPAN });
  tell({ type: "peek", at: instant(1) });
  expect(status().at).toBe(NOW.at);
  const stream = world.asked[0];
  await answer();
  tell({ type: "peek", at: "2026-08-20T13:00:13Z" });
  expect([status().at, rate()]).toEqual([instant(1), 2]);
  expect(status().held).toBe(true);
  stream?.event("delta", { ...step(7, 123), at: "2026-08-20T14:00:05Z" }, "e-2");
  await settle();
  expect([status().at, rate()]).toEqual([instant(1), 2]);
  await world.pass(0);
  tell({ type: "peek", at: null });
  expect([status().at, rate()]).toEqual(["2026-08-20T14:00:05Z", 123]);
  expect(status().held).toBe(false);
});

test("a refusal says why, and instants are asked for one at a time as before", async () => {
  const { tell, open, answer, asked, status } = await start();
  tell({ type: "frames", span: SPAN });
  await answer({ code: "too_large", detail: "Too much." }, 422);
  expect(status().frames).toMatchObject({ state: "refused", problem: { code: "too_large", detail: "Too much." } });
  const streams = asked("/stream").length;
  await open({ at: instant(1) });
  expect(asked("/stream")).toHaveLength(streams + 1);
});

test.each([
  ["compares", { compareAt: instant(0) }, /comparison/],
  ["has silent edges", { edges: "all" }, /Silent edges/],
] as const)("a view that %s has no frames, and nobody is asked", async (_, view, words) => {
  const { tell, open, asked, status } = await start();
  await open(view);
  tell({ type: "frames", span: SPAN });
  expect(status().frames?.problem?.detail).toMatch(words);
  expect(asked("/frames")).toHaveLength(0);
});

test("frames that nobody wants any more are given up, and those of who may look no longer are forgotten", async () => {
  const { tell, open, answer, asked, status } = await start();
  tell({ type: "frames", span: SPAN });
  tell({ type: "frames", span: null });
  expect(asked("/frames")[0]?.signal.aborted).toBe(true);
  expect(status().frames).toBeNull();
  tell({ type: "frames", span: SPAN });
  await answer();
  await open({ at: instant(1) });
  tell({ type: "stop" });
  expect(status()).toMatchObject({ at: null, frames: null });
});

test("frames keep what doesn't change, and the sources until they say otherwise", async () => {
  const world = new World();
  let told = 0;
  const frames = new Frames(world.surroundings().fetch, () => {
    told += 1;
  });
  frames.follow({ origin: "http://c", view: DEFAULT_VIEW, span: SPAN });
  const [one, two] = FRAMES.deltas;
  world.last().refuse(200, { ...FRAMES, deltas: [one, { ...two, sources: [{ name: "main" }] }] });
  await settle();
  expect(told).toBe(1);
  const [first, second, third] = [0, 1, 2].map((index) => frames.at(instant(index)));
  expect(second?.nodes).toBe(first?.nodes);
  expect([first?.edges[0]?.rate, second?.edges[0]?.rate, third?.edges[0]?.rate]).toEqual([1, 2, 3]);
  expect([second?.sources, third?.sources]).toEqual([[], [{ name: "main" }]]);
  expect(frames.at("2026-08-20T13:00:05Z")).toBeNull();
  expect(frames.near("2026-08-20T12:00:00Z")).toBe(first);
  expect(frames.near("2026-08-20T23:00:00Z")).toBe(third);
});
