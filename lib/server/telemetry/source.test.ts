import { expect, it } from "vitest";
import type { MeshAdapter } from "#lib/mesh/port.ts";
import type { Expr, Selector } from "#lib/promql/ast.ts";
import { seconds } from "#lib/units.ts";
import { fakeMesh } from "../fake-mesh.test-support.ts";
import { FakeTimers } from "../fake-timers.test-support.ts";
import type { QueryClient } from "./query-client.ts";
import { Source } from "./source.ts";

const read = (name: string): Selector => ({ type: "selector", metric: name, matchers: [] });

/** Reads a recording while probes find one, the raw series otherwise. */
const recording: MeshAdapter = {
  ...fakeMesh,
  learn: (answers) => ({
    ...{ mesh: "istio", present: true, scrapeInterval: seconds(15) },
    facts: { recorded: (answers.get("probe")?.samples.length ?? 0) > 0 },
  }),
  plan: (_window, { facts }) => [
    { id: "requests", group: "rates", query: read(facts["recorded"] === true ? "recorded" : "raw") },
  ],
};

it("recordings that go away don't take the graph away: the raw series are read in the same refresh", async () => {
  const timers = new FakeTimers();
  const asked: string[] = [];
  let rules = true;
  const client: QueryClient = {
    query: async (expr: Expr, { at }) => {
      const name = (expr as Selector).metric ?? "";
      asked.push(name);
      const there = name === "raw" ? 9 : rules ? 1 : 0;
      const samples = Array.from({ length: there }, () => ({ labels: {}, value: 1 }));
      return { at, samples, warnings: [], infos: [] };
    },
    queryRange: async () => ({ series: [], warnings: [], infos: [] }),
    queryExemplars: async () => [],
    time: async () => timers.now(),
    close: async () => {},
  };
  const deps = { timers, poll: seconds(5), timeout: seconds(5), meshes: [recording], onQuery: () => {} };
  const source = new Source({ index: 0, name: "main", clusters: ["c"] }, client, deps);
  const refresh = async () => {
    await timers.advance(5_000);
    asked.length = 0;
    const { answers } = await source.read("rates", seconds(60));
    return answers.get("istio/requests")?.samples.length;
  };
  await source.learn();
  expect([await refresh(), asked]).toEqual([1, ["recorded"]]);
  rules = false;
  expect([await refresh(), asked]).toEqual([9, ["recorded", "probe", "raw"]]);
  expect([await refresh(), asked]).toEqual([9, ["raw"]]);
});
