import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { counts as codes, inventory, l4, l7, workload } from "#lib/graph/graph.test-support.ts";
import { DEFAULT_HEALTH } from "#lib/graph/health.ts";
import { mergeGraph } from "#lib/graph/merge.ts";
import type { EdgeObservation } from "#lib/graph/observation.ts";
import type { Workload } from "#lib/inventory/model.ts";
import type { DryRunCount } from "#lib/mesh/port.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { perSecond, seconds, unixSeconds } from "#lib/units.ts";
import { dryRunResults } from "./results.ts";

const trial = (name: string, action: string, spec: JsonObject = {}, dryRun = "true"): Manifest => ({
  ...{ apiVersion: "security.istio.io/v1", kind: "AuthorizationPolicy", spec: { action, rules: [{}], ...spec } },
  metadata: { namespace: "shop", name, annotations: { "istio.io/dry-run": dryRun } },
});
const count = (pod: string, action: "allow" | "deny", denied: number, more: Partial<DryRunCount> = {}) =>
  (["allowed", "denied"] as const).map(
    (result): DryRunCount => ({
      ...{ cluster: "c", namespace: "shop", pod, protocol: "http", port: 8080, action, result, newborn: false },
      rate: perSecond(result === "denied" ? denied : 1),
      ...more,
    }),
  );

interface Given {
  readonly objects?: readonly Manifest[];
  readonly counts?: readonly DryRunCount[];
  readonly seen?: readonly EdgeObservation[] | null;
  readonly workloads?: readonly Workload[];
  readonly hides?: string;
  readonly outOfSight?: string;
}

function results(given: Given) {
  const { objects = [trial("t", "DENY")], counts = [], seen = [], workloads = [workload("shop/api")] } = given;
  const all = inventory(workloads);
  const own = all.get("c");
  if (own === undefined) throw new Error("no inventory");
  const visible = (_: string, namespace: string) => namespace !== given.outOfSight;
  return dryRunResults({
    ...{ namespace: "shop", workload: null, counts, visible },
    world: {
      ...{ cluster: "c", rootNamespace: "istio-system", inventory: own, unread: () => null },
      objects: (kind) => objects.filter((each) => manifestKindKey(each) === kind),
      sees: ({ metadata }) => metadata.name !== given.hides,
    },
    graph:
      seen &&
      mergeGraph({
        decoded: [{ observations: seen, pods: [] }],
        ...{ inventory: all, at: unixSeconds(0), window: seconds(60), edges: "live", health: DEFAULT_HEALTH },
        errorRate: "meshscope",
      }),
  });
}
const callers = (given: Given) =>
  results({ counts: count("api-1", "deny", 4), ...given })[0]?.tried[0]?.callers?.map(
    ({ source, certainty, min, max }) => [source, certainty, min, max],
  );

describe("what policies on trial would have done", () => {
  it("is told with the policies that select the workload, each action by itself, and port by port", () => {
    const [told] = results({
      objects: [trial("t", "DENY"), trial("u", "ALLOW"), trial("in-force", "ALLOW", {}, "false"), trial("x", "AUDIT")],
      counts: [
        ...count("api-1", "deny", 4),
        ...count("api-1", "deny", 2, { port: 9090, newborn: true }),
        ...count("api-1", "allow", 3),
        ...count("api-1", "deny", 5, { protocol: "tcp", port: null }),
        ...count("other-1", "deny", 99),
        ...count("api-1", "deny", 99, { cluster: "east" }),
      ],
    });
    expect(told?.policies.map(({ source, action }) => [source.object.name, action])).toEqual([
      ["t", "deny"],
      ["u", "allow"],
    ]);
    expect(told).toMatchObject({ armed: true, silent: null, pods: { counted: 1, all: 1 } });
    expect(told?.tried.map((each) => [each.action, each.protocol, each.denied, each.atLeast])).toEqual([
      ["deny", "tcp", 5, false],
      ["deny", "http", 6, true],
      ["allow", "http", 3, false],
    ]);
    expect(told?.tried[1]?.ports).toEqual([
      { port: 8080, allowed: 1, denied: 4 },
      { port: 9090, allowed: 1, denied: 2 },
    ]);
  });

  it("is at least where pods counted that are gone and may have been the workload's, also where none is there that counts", () => {
    const told = (counts: readonly DryRunCount[]) =>
      results({ counts })[0]?.tried.map(({ action, denied, atLeast }) => [action, denied, atLeast]);
    const gone = count("api-9", "deny", 2);
    expect(told([...count("api-1", "deny", 4), ...gone])).toEqual([["deny", 4, true]]);
    expect(told([...count("api-1", "deny", 0), ...gone])).toEqual([["deny", 0, true]]);
    expect(told([...count("api-1", "allow", 1), ...gone])).toEqual([
      ["deny", 0, true],
      ["allow", 1, false],
    ]);
    expect(results({ counts: gone })[0]).toMatchObject({
      tried: [{ denied: 0, allowed: 0, atLeast: true, ports: [] }],
      ...{ pods: { counted: 0, all: 1 }, silent: "no-counters" },
    });
    for (const other of [count("web-9", "deny", 2), count("api-9", "deny", 0)])
      expect(told([...count("api-1", "deny", 4), ...other])).toEqual([["deny", 4, false]]);
    expect(results({ objects: [], counts: gone })).toEqual([]);
  });

  it("isn't at least by what young series let pass", () => {
    const young = count("api-1", "deny", 0).map((each) => ({ ...each, newborn: each.result === "allowed" }));
    expect(results({ counts: young })[0]?.tried).toMatchObject([{ denied: 0, atLeast: false }]);
  });

  it("names no policy out of sight, and still tells what was counted", () => {
    const [told] = results({ hides: "t", counts: count("api-1", "deny", 4) });
    expect(told).toMatchObject({ policies: [], armed: null, tried: [{ denied: 4 }] });
    expect(told?.lacks).toEqual(["an object you may not see"]);
  });

  it("says nothing of workloads that nothing is on trial at", () => {
    expect(results({ objects: [trial("t", "DENY", { selector: { matchLabels: { app: "web" } } })] })).toEqual([]);
  });

  it.each([
    ["sidecar", "no-counters"],
    ["ambient", "ztunnel"],
  ] as const)("without a counter at a %s it is %s, never 0", (dataplane, silent) => {
    const [told] = results({ workloads: [workload("shop/api", { dataplane })] });
    expect(told).toMatchObject({ silent, tried: [] });
  });
});

describe("who calls what would be denied", () => {
  const web = l7("destination", "shop/web", "shop/api", { "200": 10 });

  it("is certain of the only caller", () => {
    expect(callers({ seen: [web] })).toEqual([["c/shop/workload/web", "certain", 4, 4]]);
    expect(callers({ seen: [web, l4("destination", "shop/job", "shop/api", { opened: 9 })] })).toHaveLength(1);
  });

  it("of several is bounded by what each calls, the most that anybody counted", () => {
    const retried = l7("source", "shop/web", "shop/api", {}, { requests: codes({ "200": 1 }) });
    const seen = [retried, web, l7("destination", "bank/job", "shop/api", { "200": 3 })];
    expect(callers({ seen })).toEqual([
      ["c/shop/workload/web", "bounded", 0, 4],
      ["c/bank/workload/job", "bounded", 0, 3],
    ]);
  });

  it("names no caller out of sight, and is certain of none that may be several", () => {
    const seen = [l7("destination", "bank/job", "shop/api", { "200": 3 })];
    expect(callers({ seen, outOfSight: "bank" })).toEqual([[null, "bounded", 0, 4]]);
  });

  it.each<[string, readonly DryRunCount[], number, number]>([
    ["of pods that are gone", [...count("api-1", "deny", 0.2), ...count("api-9", "deny", 2)], 0.2, 10],
    ["before the series began", count("api-1", "deny", 0.2, { newborn: true }), 0.2, 10],
    ["and nothing is counted of those that are there", count("api-9", "deny", 2), 0, 10],
    ["and more is counted than anybody calls", count("api-1", "deny", 12, { newborn: true }), 12, 12],
  ])("where more may have been denied, %s, may be all that each calls", (_, counts, least, most) => {
    const job = l7("destination", "bank/job", "shop/api", { "200": 3 });
    expect(callers({ counts, seen: [web, job] })).toEqual([
      ["c/shop/workload/web", "bounded", 0, 10],
      ["c/bank/workload/job", "bounded", 0, 3],
    ]);
    expect(callers({ counts, seen: [web] })).toEqual([["c/shop/workload/web", "bounded", least, most]]);
    expect(callers({ counts, seen: [web], outOfSight: "shop" })).toEqual([[null, "bounded", 0, most]]);
  });

  it("isn't known without the traffic", () => {
    expect(callers({ seen: null })).toBeUndefined();
  });

  it("never is more than would be denied, and with one caller no less", () => {
    const rate = fc.double({ min: 0.01, max: 1000, noNaN: true });
    fc.assert(
      fc.property(rate, fc.array(rate, { minLength: 1, maxLength: 5 }), (denied, rates) => {
        const seen = rates.map((each, i) => l7("destination", `shop/w${i}`, "shop/api", { "200": each }));
        const found = callers({ counts: count("api-1", "deny", denied), seen }) ?? [];
        expect(found).toHaveLength(rates.length);
        for (const [, certainty, min, max] of found) {
          expect(max).toBeLessThanOrEqual(denied);
          expect(min).toBe(certainty === "certain" ? denied : 0);
          expect(certainty).toBe(rates.length === 1 ? "certain" : "bounded");
        }
      }),
    );
  });
});
