import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KubeObject } from "./object.ts";
import { StatusError } from "./status.ts";
import { type Change, parseRevision, Store } from "./store.ts";

const object = (name: string, value: number): KubeObject => ({
  kind: "Thing",
  apiVersion: "v1",
  metadata: { name },
  value,
});
const step = fc.record({ key: fc.constantFrom("a", "b", "c"), value: fc.option(fc.nat(9)) });

/** Carries out steps, skipping deletions of nothing; answers the state after each. */
function play(
  steps: readonly { key: string; value: number | null }[],
  history: number,
): { store: Store; states: Map<number, string> } {
  const store = new Store({ firstRevision: 100, history });
  const things = store.collection("things");
  const text = (): string => JSON.stringify(things.keys().map((key) => things.get(key)));
  const states = new Map([[store.revision, text()]]);
  for (const { key, value } of steps) {
    if (value === null && things.get(key) === undefined) continue;
    things.commit(key, value === null ? null : object(key, value));
    states.set(store.revision, text());
  }
  return { store, states };
}

describe("the store", () => {
  it("remembers every state of its history exactly", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { store, states } = play(steps, 1000);
        for (const [revision, text] of states) {
          const past = store.collection("things").at(revision);
          expect(JSON.stringify([...past.keys()].sort().map((key) => past.get(key)))).toBe(text);
        }
      }),
    );
  });

  it("answers a prefix of the history never partly: whole, or 410", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 6 }), (steps, history) => {
        const { store, states } = play(steps, history);
        for (const revision of states.keys())
          try {
            const changes = store.collection("things").since(revision);
            expect(changes.length).toBe(store.revision - revision);
            expect(changes.map((change) => change.revision)).toEqual(changes.map((_, i) => revision + 1 + i));
          } catch (error) {
            expect(error).toMatchObject({ code: 410, reason: "Expired" });
            // What is refused is older than the history it promised to keep.
            expect(store.revision - revision).toBeGreaterThan(history);
          }
      }),
    );
  });

  it("counts revisions across collections", () => {
    const store = new Store({ firstRevision: 0, history: 10 });
    store.collection("a").commit("x", object("x", 1));
    store.collection("b").commit("x", object("x", 1));
    expect(store.collection("b").get("x")?.metadata.resourceVersion).toBe("2");
  });

  it("tells subscribers each change once, until they leave", () => {
    const store = new Store({ firstRevision: 0, history: 10 });
    const things = store.collection("things");
    const seen: Change[] = [];
    const leave = things.subscribe((change) => seen.push(change));
    things.commit("x", object("x", 1));
    things.commit("x", object("x", 2));
    things.commit("x", null);
    leave();
    things.commit("y", object("y", 1));
    expect(seen.map(({ type, revision }) => [type, revision])).toEqual([
      ["ADDED", 1],
      ["MODIFIED", 2],
      ["DELETED", 3],
    ]);
    expect(seen[2]?.object.metadata.resourceVersion).toBe("3");
  });

  it("forgets by compaction", () => {
    const { store } = play([{ key: "a", value: 1 }], 10);
    const before = store.revision - 1;
    store.compact();
    expect(() => store.collection("things").since(before)).toThrow(StatusError);
    expect(store.collection("things").since(store.revision)).toEqual([]);
  });

  it.each(["", "-1", "1.5", "x", "1e3", "9".repeat(30)])("takes %j for no version", (text) => {
    expect(() => parseRevision(text)).toThrow(StatusError);
  });
});
