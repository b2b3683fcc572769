import { expect, test } from "vitest";
import { DEFAULT_VIEW } from "#lib/api/view.ts";
import type { Scene } from "#lib/layout/scene.ts";
import { createLive } from "./client.ts";
import { type LiveWorker, type Slot, startEarly } from "./early.ts";
import type { FromWorker, LiveStatus, ToWorker } from "./messages.ts";

function start() {
  const sent: ToWorker[] = [];
  let hidden = false;
  let visibilityChanged = () => {};
  let terminated = false;
  const worker: LiveWorker = {
    postMessage: (message) => sent.push(message),
    onmessage: null,
    onerror: null,
    terminate: () => {
      terminated = true;
    },
  };
  const live = createLive({
    worker: () => worker,
    origin: "http://c",
    visibility: {
      hidden: () => hidden,
      onChange: (call) => {
        visibilityChanged = call;
        return () => {
          visibilityChanged = () => {};
        };
      },
    },
  });
  return {
    live,
    sent,
    say: (data: FromWorker) => worker.onmessage?.({ data } as MessageEvent<FromWorker>),
    crash: () => worker.onerror?.({} as ErrorEvent),
    hide: (value: boolean) => {
      hidden = value;
      visibilityChanged();
    },
    terminated: () => terminated,
  };
}

const scene = (version: number, strings?: object) => ({ version, ...(strings ? { strings } : {}) }) as unknown as Scene;

test("says what the page does", () => {
  const { live, sent, hide } = start();
  live.open(DEFAULT_VIEW, "auto");
  live.pause(true);
  hide(true);
  live.relayout();
  expect(sent).toEqual([
    { type: "visible", visible: true },
    { type: "open", view: DEFAULT_VIEW, detail: "auto", origin: "http://c" },
    { type: "pause", paused: true },
    { type: "visible", visible: false },
    { type: "relayout" },
  ]);
});

test("who looks is said first; what was selected is forgotten with the rest", () => {
  const sent: ToWorker[] = [];
  const worker: LiveWorker = {
    postMessage: (message) => sent.push(message),
    ...{ onmessage: null, onerror: null, terminate: () => {} },
  };
  const visibility = { hidden: () => false, onChange: () => () => {} };
  const live = createLive({ worker: () => worker, origin: "http://c", viewer: "ana", visibility });
  live.select("a");
  const details = { kind: "absent", id: "a" } as const;
  worker.onmessage?.({ data: { type: "details", id: "a", details } } as MessageEvent<FromWorker>);
  expect(live.details()).toEqual(details);
  live.restart("ben", false);
  expect(live.details()).toBeNull();
  live.stop();
  expect(sent.filter(({ type }) => type === "restart" || type === "stop")).toEqual([
    { type: "restart", viewer: "ana", keepPlaces: true },
    { type: "restart", viewer: "ben", keepPlaces: false },
    { type: "stop" },
  ]);
});

test("scenes without strings carry the last ones; a late listener gets the last scene, as a first", () => {
  const { live, say } = start();
  const seen: unknown[] = [];
  say({ type: "scene", scene: scene(0), first: true, layoutMs: null });
  live.onScene(({ scene: { version, strings }, first }) => seen.push([version, strings, first]));
  const strings = { nodeIds: ["a"] };
  say({ type: "scene", scene: scene(1, strings), first: true, layoutMs: 3 });
  say({ type: "scene", scene: scene(2), first: false, layoutMs: null });
  expect(seen).toEqual([
    [1, strings, true],
    [2, strings, false],
  ]);
  const stop = live.onScene(({ scene: { version }, first }) => seen.push([version, first]));
  expect(seen.at(-1)).toEqual([2, true]);
  stop();
  say({ type: "scene", scene: scene(3), first: false, layoutMs: null });
  expect(seen.at(-1)).toEqual([3, strings, false]);
});

test("status and details are one store; details of what is no longer selected are dropped", () => {
  const { live, say } = start();
  let calls = 0;
  const stop = live.subscribe(() => {
    calls += 1;
  });
  const status: LiveStatus = { ...live.status(), phase: "live" };
  say({ type: "status", status });
  expect(live.status()).toBe(status);
  live.select("a");
  live.select("a");
  say({ type: "details", id: "b", details: { kind: "absent", id: "b" } });
  expect(live.details()).toBeNull();
  say({ type: "details", id: "a", details: { kind: "absent", id: "a" } });
  expect(live.details()).toEqual({ kind: "absent", id: "a" });
  live.select(null);
  expect(live.details()).toBeNull();
  expect(calls).toBe(4);
  stop();
  say({ type: "status", status });
  expect(calls).toBe(4);
});

test("rows answer their own question, and null once closed", async () => {
  const { live, say, terminated } = start();
  const first = live.rows("a", 5);
  const second = live.rows("b", 5);
  const third = live.rows("c", 5);
  say({ type: "rows", request: 2, rows: [], total: 2 });
  say({ type: "rows", request: 1, rows: [], total: 1 });
  expect(await first).toEqual({ rows: [], total: 1 });
  expect(await second).toEqual({ rows: [], total: 2 });
  live.close();
  expect(await third).toBeNull();
  expect(terminated()).toBe(true);
});

test("marks are set where they were measured", () => {
  const { say } = start();
  say({ type: "mark", name: "topology:data", at: performance.timeOrigin + 12 });
  expect(performance.getEntriesByName("topology:data")[0]?.startTime).toBeCloseTo(12, 3);
});

test("a crash of the worker is said", () => {
  const { live, crash } = start();
  crash();
  expect(live.status()).toMatchObject({ phase: "failed", problem: { code: "internal" } });
});

test("help for whoever types answers each question with its own answer, and none after closing", async () => {
  const { live, sent, say } = start();
  live.find("idle", "");
  const [one, two, three] = [live.assist("id", 2), live.assist("idl", 3), live.assist("idle", 4)];
  const requests = sent.flatMap((message) => (message.type === "assist" ? message.request : []));
  say({ type: "assist", request: requests[1] ?? 0, items: [], problem: null });
  say({
    type: "assist",
    request: requests[0] ?? 0,
    items: [],
    problem: { at: 0, length: 2, message: "x", expected: [] },
  });
  expect((await one)?.problem?.message).toBe("x");
  expect((await two)?.problem).toBeNull();
  live.close();
  expect(await three).toBeNull();
  expect(sent).toContainEqual({ type: "find", find: "idle", hide: "" });
});

test("what was said before anybody asked is heard, and the view that is followed is not begun again", () => {
  const sent: ToWorker[] = [];
  const worker: LiveWorker = {
    ...{ onmessage: null, onerror: null, terminate: () => {} },
    postMessage: (message) => sent.push(message),
  };
  const visibility = { hidden: () => false, onChange: () => () => {} };
  const slot = globalThis as Slot;
  delete slot.meshscopeEarly;
  startEarly("ann", [], () => worker, slot);
  worker.onmessage?.({
    data: { type: "scene", scene: scene(1, {}), first: true, layoutMs: 3 },
  } as MessageEvent<FromWorker>);
  const live = createLive({ viewer: "ann", origin: "http://c", visibility });
  const versions: number[] = [];
  live.onScene(({ scene: seen }) => versions.push(seen.version));
  expect(versions).toEqual([1]);
  expect(sent.map(({ type }) => type)).toEqual(["visible"]);
});
