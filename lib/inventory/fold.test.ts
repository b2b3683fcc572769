import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { unixSeconds } from "#lib/units.ts";
import { fold, NO_RECORDS, type ObjectEvent, recordsOf } from "./fold.ts";
import { joinInventory } from "./join.ts";
import { controller, namespace, owned, pod, service, T0 } from "./records.test-support.ts";
import type { PodRecord, RecordKind } from "./records.ts";

type Put = Extract<ObjectEvent, { type: "put" }>;

const name = fc.constantFrom("a", "b", "c", "d");
const where = fc.constantFrom("n1", "n2");
const labels = fc.dictionary(fc.constantFrom("app", "version", "istio"), fc.constantFrom("x", "y", "gateway"), {
  noNullPrototype: true,
});

const anyPod: fc.Arbitrary<PodRecord> = fc
  .record({
    namespace: where,
    name,
    labels,
    ips: fc.uniqueArray(fc.constantFrom("10.0.0.1", "10.0.0.2", "10.0.0.3"), { maxLength: 2 }),
    hostNetwork: fc.boolean(),
    deleting: fc.boolean(),
    phase: fc.constantFrom("Running", "Pending", "Succeeded"),
    containers: fc.constantFrom(["app"], ["app", "istio-proxy"], ["istio-proxy"]),
    owner: fc.option(fc.record({ kind: fc.constantFrom("ReplicaSet", "StatefulSet", "Job"), name })),
    createdAt: fc.integer({ min: 0, max: 2 }).map((n) => unixSeconds(T0 + n)),
  })
  .map((more) => pod(more.name, more));

const put = <K extends RecordKind>(kind: K, record: unknown, from: string = kind): Put =>
  ({ type: "put", kind, from, record }) as Put;

const anyPut: fc.Arbitrary<Put> = fc.oneof(
  { arbitrary: anyPod.map((record) => put("pods", record)), weight: 4 },
  fc.tuple(where, labels).map(([n, l]) => put("namespaces", namespace(n, l))),
  fc
    .tuple(where, name, labels, fc.constantFrom("Deployment" as const, "StatefulSet" as const))
    .map(([n, of, l, kind]) => put("controllers", controller(of, { namespace: n, labels: l, kind }), kind)),
  fc.tuple(name, name).map(([of, by]) => put("owned", owned("ReplicaSet", of, { kind: "Deployment", name: by }))),
  fc.tuple(where, name, labels).map(([n, of, selector]) => put("services", service(of, selector, { namespace: n }))),
);

/** One event an object: their order must not matter. */
const distinctPuts = fc.uniqueArray(anyPut, { selector: (event) => JSON.stringify(keyOf(event)), maxLength: 30 });

function keyOf({ kind, from, record }: Put) {
  return [kind, from, "namespace" in record ? record.namespace : "", record.name];
}

const joined = (events: readonly ObjectEvent[]) =>
  joinInventory({
    cluster: "west",
    records: fold(NO_RECORDS, events),
    rootNamespace: "n1",
    unread: [],
    previous: null,
    now: T0,
  });

/** Maps compared with their order. */
const flat = (inventory: ReturnType<typeof joined>) => ({
  ...inventory,
  namespaces: [...inventory.namespaces],
  workloads: [...inventory.workloads],
  services: [...inventory.services],
  workloadByIp: [...inventory.workloadByIp],
});

describe("folding", () => {
  test("any order of events yields the same inventory", () => {
    const shuffled = distinctPuts.chain((events) =>
      fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })),
    );
    fc.assert(
      fc.property(shuffled, ([events, others]) => {
        expect(flat(joined(others))).toEqual(flat(joined(events)));
      }),
      { numRuns: 300 },
    );
  });

  test("a list and the changes after it are the list of what is then", () => {
    fc.assert(
      fc.property(
        fc.array(anyPut, { maxLength: 20 }),
        fc.array(fc.tuple(anyPut, fc.boolean()), { maxLength: 20 }),
        (before, changes) => {
          const events = changes.map(([event, drop]): ObjectEvent => (drop ? dropOf(event) : event));
          const truth = new Map<string, Put>();
          for (const event of before) truth.set(JSON.stringify(keyOf(event)), event);
          for (const [event, drop] of changes) {
            if (drop) truth.delete(JSON.stringify(keyOf(event)));
            else truth.set(JSON.stringify(keyOf(event)), event);
          }
          const inSteps = events.reduce((records, event) => fold(records, [event]), fold(NO_RECORDS, lists(before)));
          const atOnce = fold(NO_RECORDS, [...lists(before), ...events]);
          const listed = fold(NO_RECORDS, lists([...truth.values()]));
          for (const kind of ["pods", "namespaces", "controllers", "owned", "services"] as const) {
            const sorted = (records: typeof listed) =>
              [...recordsOf(records, kind)].map((r) => JSON.stringify(r)).sort();
            expect(sorted(inSteps)).toEqual(sorted(listed));
            expect(sorted(atOnce)).toEqual(sorted(listed));
          }
        },
      ),
    );
  });

  test("leaves what it was given as it was", () => {
    const first = fold(NO_RECORDS, [put("pods", pod("a"))]);
    const second = fold(first, [put("pods", pod("b"))]);
    expect([...recordsOf(first, "pods")].map((p) => p.name)).toEqual(["a"]);
    expect([...recordsOf(second, "pods")].map((p) => p.name)).toEqual(["a", "b"]);
    expect(second.services).toBe(first.services);
    expect(fold(second, [])).toBe(second);
  });

  test("a list replaces its own part of a kind alone", () => {
    const both = fold(NO_RECORDS, [
      put("controllers", controller("a"), "deployments"),
      put("controllers", controller("b"), "daemonsets"),
    ]);
    const one = fold(both, [{ type: "replace", kind: "controllers", from: "deployments", records: [] }]);
    expect([...recordsOf(one, "controllers")].map((c) => c.name)).toEqual(["b"]);
  });
});

/** What lists of each kind would bring: the last of equal keys, since a list has each object once. */
function lists(puts: readonly Put[]): ObjectEvent[] {
  const by = new Map<string, { kind: RecordKind; from: string; records: Map<string, unknown> }>();
  for (const event of puts) {
    const list = by.get(event.from) ?? { kind: event.kind, from: event.from, records: new Map<string, unknown>() };
    by.set(event.from, list);
    list.records.set(JSON.stringify(keyOf(event)), event.record);
  }
  return [...by.values()].map(
    ({ kind, from, records }) => ({ type: "replace", kind, from, records: [...records.values()] }) as ObjectEvent,
  );
}

function dropOf({ kind, from, record }: Put): ObjectEvent {
  return { type: "drop", kind, from, namespace: "namespace" in record ? record.namespace : "", name: record.name };
}

test("joining grows with the number of pods, not with its square", () => {
  // Processor time, the best of several runs: a wall clock would measure the machine's other work.
  const cost = (pods: number): number => {
    const input = {
      cluster: "west",
      records: town(pods),
      rootNamespace: "istio-system",
      unread: [],
      previous: null,
      now: T0,
    };
    const times = Array.from({ length: 15 }, () => {
      const began = process.cpuUsage();
      expect(joinInventory(input).workloadByIp.size).toBe(pods);
      const { user, system } = process.cpuUsage(began);
      return user + system;
    });
    return Math.min(...times);
  };
  cost(1000);
  // Four times as many in one namespace: linear is 4, a square would be 16.
  expect(cost(8000) / cost(2000)).toBeLessThan(10);
});

/** One namespace of so many pods, five to a workload, each workload with its service. */
function town(size: number) {
  const apps = Array.from({ length: size / 5 }, (_, i) => `app-${i}`);
  const pods = Array.from({ length: size }, (_, i) => {
    const app = apps[Math.floor(i / 5)] ?? "";
    const labels = { app, version: "v1", "pod-template-hash": "5d4f" };
    const owner = { kind: "ReplicaSet", name: `${app}-5d4f` };
    return pod(`${app}-5d4f-${i}`, { labels, owner, ips: [`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`] });
  });
  const services = apps.map((app) => service(app, { app }));
  return fold(NO_RECORDS, lists([...pods.map((p) => put("pods", p)), ...services.map((s) => put("services", s))]));
}
