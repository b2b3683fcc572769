import { expect, test } from "vitest";
import { type LiveWorker, spawn, startEarly } from "./early.ts";
import type { FromWorker, ToWorker } from "./messages.ts";

function fake() {
  const sent: ToWorker[] = [];
  let ended = false;
  const worker: LiveWorker = {
    postMessage: (message) => sent.push(message),
    onmessage: null,
    onerror: null,
    terminate: () => {
      ended = true;
    },
  };
  return { worker, sent, ended: () => ended };
}

const mark = { data: { type: "mark", name: "topology:data", at: 1 } } as MessageEvent<FromWorker>;

test("who asks for the same viewer gets the worker that follows already, and what it said meanwhile", () => {
  const { worker, sent } = fake();
  startEarly("ann", [{ type: "find", find: "", hide: "" }], () => worker);
  worker.onmessage?.(mark);
  expect(sent.map(({ type }) => type)).toEqual(["restart", "find"]);
  expect(spawn("ann", () => fake().worker)).toEqual({ worker, heard: [mark], begun: true });
  const next = fake();
  expect(spawn("ann", () => next.worker)).toEqual({ worker: next.worker, heard: [], begun: false });
});

test("for somebody else it is ended, and nothing that it said is heard", () => {
  const before = fake();
  startEarly("ann", [], () => before.worker);
  before.worker.onmessage?.(mark);
  const next = fake();
  expect(spawn("bob", () => next.worker)).toEqual({ worker: next.worker, heard: [], begun: false });
  expect(before.ended()).toBe(true);
});

test("one whose script couldn't be loaded is not handed out", () => {
  const broken = fake();
  startEarly("ann", [], () => broken.worker);
  broken.worker.onerror?.(new Event("error") as ErrorEvent);
  const next = fake();
  expect(spawn("ann", () => next.worker).worker).toBe(next.worker);
});
