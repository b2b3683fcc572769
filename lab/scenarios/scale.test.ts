import { describe, expect, it } from "vitest";
import { labelsAt, listAt, objectAt } from "../kube/read.ts";
import type { Behaviour } from "../sim/behaviour.ts";
import { BEHAVIOUR, readBehaviour } from "../sim/behaviour.ts";
import { Engine } from "../sim/engine.ts";
import { samples } from "../sim/reading.test-support.ts";
import { START } from "../sim/run.test-support.ts";
import { stillWorld } from "../sim/still-world.test-support.ts";
import { Ledger } from "../truth/ledger.ts";
import { scale } from "./scale.ts";

const behaviours = (workloads: number, seed = 1): Behaviour[] =>
  (scale({ workloads, namespaces: 40, seed }).clusters[0]?.manifests ?? []).flatMap((o) => {
    if (o.kind !== "Deployment" || o.metadata.name === "istiod") return [];
    const annotations = labelsAt(objectAt(objectAt(o.spec, "template"), "metadata"), "annotations");
    const read = readBehaviour(annotations[BEHAVIOUR]);
    return read === null ? [] : [read];
  });

describe("scale", () => {
  it.each([100, 300, 1000, 5000])("gives %d workloads three edges each", (workloads) => {
    const found = behaviours(workloads);
    const edges = found.reduce((sum, b) => sum + b.flows.length, 0);
    expect(found).toHaveLength(workloads);
    expect(edges / workloads).toBeGreaterThan(2.8);
    expect(edges / workloads).toBeLessThan(3.2);
  });

  it("comes in through a gateway, and every call finds its way", () => {
    const { clusters, tickMs } = scale({ workloads: 100, namespaces: 8, seed: 2 });
    const world = stillWorld(clusters);
    const ledger = new Ledger(600);
    const engine = new Engine({ world, ledger, seed: 2, tickMs, startMs: START });
    for (let now = START; now <= START + 60_000; now += tickMs) engine.advance(now);
    const edges = ledger.edges(0, 1e12);
    expect(edges.length).toBeGreaterThan(250);
    expect(edges.filter((e) => e.target.includes("/external/"))).toEqual([]);
    expect(edges.filter((e) => e.source.endsWith("/svc-0000")).length).toBeGreaterThan(5);
    expect(samples(world, "istio_requests_total", { response_flags: "NR" })).toEqual([]);
  });

  it("is the same for a seed and another for another", () => {
    expect(scale({ workloads: 60, namespaces: 5, seed: 3 })).toEqual(scale({ workloads: 60, namespaces: 5, seed: 3 }));
    expect(scale({ workloads: 60, namespaces: 5, seed: 3 })).not.toEqual(
      scale({ workloads: 60, namespaces: 5, seed: 4 }),
    );
  });

  it("has heavy tails at both ends, some edges across namespaces, and a few that fail", () => {
    const found = behaviours(1000);
    const out = found.map((b) => b.flows.length).sort((a, b) => b - a);
    const calls = new Map<string, number>();
    for (const f of found.flatMap((b) => b.flows)) calls.set(f.host, (calls.get(f.host) ?? 0) + 1);
    expect(out[0]).toBeGreaterThan(10);
    expect(Math.max(...calls.values())).toBeGreaterThan(12);
    const flows = found.flatMap((b) => b.flows);
    const across = flows.filter((f) => f.host.includes(".")).length / flows.length;
    expect(across).toBeGreaterThan(0.05);
    expect(across).toBeLessThan(0.3);
    const failing = found.filter((b) => b.trouble.some((t) => t.kind === "refuse" || t.code === 503)).length;
    expect(failing).toBeGreaterThan(10);
    expect(failing).toBeLessThan(60);
  });

  it("turns the size histograms off by the object that does so in a real mesh", () => {
    const telemetry = scale({ workloads: 10, namespaces: 2, seed: 1 }).clusters[0]?.manifests.find(
      (o) => o.kind === "Telemetry",
    );
    const overrides = listAt(listAt(telemetry?.spec, "metrics")[0], "overrides");
    expect(overrides.map((o) => objectAt(o, "match")["metric"])).toEqual(["REQUEST_SIZE", "RESPONSE_SIZE"]);
  });
});
