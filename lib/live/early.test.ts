import { expect, test } from "vitest";
import { type LiveWorker, type Slot, spawn, startEarly } from "./early.ts";
import type { FromWorker, ToWorker } from "./messages.ts";

function fake() {
  let ended = false;
  const worker: LiveWorker = {
    postMessage: () => undefined,
    onmessage: null,
    onerror: null,
    terminate: () => {
      ended = true;
    },
  };
  return { worker, ended: () => ended };
}

const mark = { data: { type: "mark", name: "topology:data", at: 1 } } as MessageEvent<FromWorker>;

test("who asks for the same viewer gets the worker that follows already, and what it said meanwhile", () => {
  const slot: Slot = {};
  const { worker } = fake();
  let told = "";
  const make = (name: string) => {
    told = name;
    return worker;
  };
  startEarly("ann", [{ type: "find", find: "", hide: "" }], make, slot);
  worker.onmessage?.(mark);
  const first = JSON.parse(told) as ToWorker[];
  expect(first).toEqual([
    { type: "restart", viewer: "ann", keepPlaces: true },
    { type: "find", find: "", hide: "" },
  ]);
  expect(spawn("ann", () => fake().worker, slot)).toEqual({ worker, heard: [mark], begun: true });
  const next = fake();
  expect(spawn("ann", () => next.worker, slot)).toEqual({ worker: next.worker, heard: [], begun: false });
});

test("for somebody else it is ended, and nothing that it said is heard", () => {
  const slot: Slot = {};
  const before = fake();
  startEarly("ann", [], () => before.worker, slot);
  before.worker.onmessage?.(mark);
  const next = fake();
  expect(spawn("bob", () => next.worker, slot)).toEqual({ worker: next.worker, heard: [], begun: false });
  expect(before.ended()).toBe(true);
});

test("one whose script couldn't be loaded is not handed out", () => {
  const slot: Slot = {};
  const broken = fake();
  startEarly("ann", [], () => broken.worker, slot);
  broken.worker.onerror?.(new Event("error") as ErrorEvent);
  const next = fake();
  expect(spawn("ann", () => next.worker, slot).worker).toBe(next.worker);
});

test("a page that is awake has its worker: a first script that comes late starts none", () => {
  const slot: Slot = {};
  spawn("ann", () => fake().worker, slot);
  const made: string[] = [];
  const make = (name: string) => {
    made.push(name);
    return fake().worker;
  };
  startEarly("ann", [], make, slot);
  expect(made).toEqual([]);
});
