/** The adapter's rounds, asked of a real Prometheus. */
import type { Bench } from "#lib/mesh/bench.test-support.ts";
import type { Answers, Capabilities, DecodeContext, Decoded } from "#lib/mesh/port.ts";
import type { Vector } from "#lib/promql/result.ts";
import { seconds, unixSeconds } from "#lib/units.ts";
import { istio } from "./index.ts";

/** A probe round. */
export async function learn(bench: Bench, at: number): Promise<Capabilities> {
  const answers: [string, Vector][] = [];
  for (const { id, query } of istio.probe()) answers.push([id, await bench.ask(query, at)]);
  return istio.learn(new Map(answers), null);
}

/** One refresh: what was asked, what was answered, and what became of it. */
export async function refresh(
  bench: Bench,
  at: number,
  window: number,
  capabilities: Capabilities,
  more: { readonly edges?: "live" | "all"; readonly context?: Partial<DecodeContext> } = {},
): Promise<{ readonly answers: Answers; readonly decoded: Decoded; readonly reads: number }> {
  const { edges = "live", context = {} } = more;
  const reads = istio.plan(seconds(window), capabilities, { latency: true, edges });
  const answers = new Map<string, Vector>();
  for (const { id, query } of reads) answers.set(id, await bench.ask(query, at));
  const decoded = istio.decode(answers, capabilities, {
    inventory: new Map(),
    clusterOf: (name) => name,
    defaultCluster: "c1",
    at: unixSeconds(at),
    window: seconds(window),
    ...context,
  });
  return { answers, decoded, reads: reads.length };
}
