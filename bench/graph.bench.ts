/**
 * What GET /graph costs: cold (nothing read yet) beside the wall time of its own queries, sent raw in parallel and thrown
 * away undecoded, as its own answer is; and warm, from the last poll. Instants of the past are cold by nature, each once.
 */
import { istio } from "#lib/mesh/istio/index.ts";
import type { Capabilities } from "#lib/mesh/port.ts";
import { createPrometheusClient } from "#lib/prometheus/client.ts";
import { printQuery } from "#lib/promql/print.ts";
import type { Vector } from "#lib/promql/result.ts";
import { milliseconds, seconds, unixSeconds } from "#lib/units.ts";
import type { Demo } from "../scripts/demo/start.ts";
import { askGraph, type Figure, freshInstants, median, onScale, timed } from "./support/scale.ts";

const ROUNDS = 5;
const WINDOW = seconds(60);
const clock = {
  now: () => unixSeconds(Date.now() / 1000),
  monotonic: () => milliseconds(performance.now()),
};

/** What the adapter learns of this Prometheus, as the server does at its start. */
async function capabilities(url: string): Promise<Capabilities> {
  const client = createPrometheusClient({ name: "bench", url, maxBytes: 256 * 2 ** 20 }, { clock });
  const answers = new Map<string, Vector>();
  for (const { id, query } of istio.probe()) {
    answers.set(id, await client.query(query, { at: clock.now(), timeout: seconds(30) }));
  }
  await client.close();
  return istio.learn(answers, null);
}

/** Sends the queries in parallel and drops their bytes. */
async function sendRaw(url: string, queries: readonly string[], at: number): Promise<void> {
  await Promise.all(
    queries.map(async (query) => {
      const body = new URLSearchParams({ query, time: String(at) });
      const response = await fetch(`${url}/api/v1/query`, { method: "POST", body });
      if (!response.ok) throw new Error(`${response.status}: ${query}`);
      await response.arrayBuffer();
    }),
  );
}

/** Two windows as one graph, cold, beside one graph in the same rounds: never asked before, latency included. */
async function* comparing(demo: Demo, size: number, fresh: () => Promise<number>): AsyncGenerator<Figure> {
  const one: number[] = [];
  const two: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const [alone, earlier, later] = [await fresh(), await fresh(), await fresh()];
    const steps = [
      async () => one.push((await askGraph(demo, `at=${alone}`, size)).ms),
      async () => two.push((await askGraph(demo, `at=${later}&compareAt=${earlier}`, size)).ms),
    ];
    for (const step of round % 2 === 0 ? steps : steps.toReversed()) await step();
  }
  // The limit is twice one graph.
  yield { name: "graph", size, metric: "compare, cold", value: median(two), unit: "ms", baseline: 2 * median(one) };
}

export async function* run(size: number): AsyncGenerator<Figure> {
  yield* onScale(size, async function* (demo): AsyncGenerator<Figure> {
    const { state } = demo;
    const known = await capabilities(state.prometheus);
    const name = "graph";
    const fresh = freshInstants();
    for (const latency of [false, true]) {
      const queries = istio.plan(WINDOW, known, { latency }).map(({ query }) => printQuery(query));
      const raw: number[] = [];
      const cold: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const at = await fresh();
        const query = `at=${at}&latency=${latency ? "on" : "off"}`;
        // Whoever is second finds Prometheus's memory warm: take turns.
        const steps = [
          async () => raw.push(await timed(() => sendRaw(state.prometheus, queries, at))),
          async () => cold.push((await askGraph(demo, query, size)).ms),
        ];
        for (const step of round % 2 === 0 ? steps : steps.toReversed()) await step();
      }
      const metric = latency ? "cold, with latency" : "cold, without latency";
      yield { name, size, metric, value: median(cold), unit: "ms", baseline: median(raw) };
      yield { name, size, metric: `${metric}: queries`, value: queries.length, unit: "1" };
    }
    yield* comparing(demo, size, fresh);
    // The first answer starts the poll that the next ones are served from.
    const { nodes, edges } = (await askGraph(demo, "")).graph;
    const warm: number[] = [];
    for (let round = 0; round < 4 * ROUNDS; round++) warm.push((await askGraph(demo, "")).ms);
    yield { name, size, metric: "warm", value: median(warm), unit: "ms", baseline: 50 };
    yield { name, size, metric: "nodes", value: nodes.length, unit: "1" };
    yield { name, size, metric: "edges", value: edges.length, unit: "1" };
  });
}
