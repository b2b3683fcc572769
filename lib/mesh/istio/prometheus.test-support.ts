/** A real Prometheus over blocks made from an exposition with timestamps, and the adapter's rounds asked of it. */
import type { Answers, Capabilities, DecodeContext, Decoded } from "#lib/mesh/port.ts";
import type { Expr } from "#lib/promql/ast.ts";
import { printQuery } from "#lib/promql/print.ts";
import type { Vector } from "#lib/promql/result.ts";
import { startRealPrometheus } from "#lib/real-prometheus.test-support.ts";
import { seconds, unixSeconds } from "#lib/units.ts";
import { istio } from "./index.ts";

export interface Bench {
  ask(query: Expr | string, at: number): Promise<Vector>;
  stop(): Promise<void>;
}

/** A Prometheus over `openMetrics`, and a way to ask it. */
export async function startBench(openMetrics: string): Promise<Bench> {
  const { url, stop } = await startRealPrometheus(openMetrics);
  return { stop, ask: (query, at) => ask(url, query, at) };
}

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly warnings?: readonly string[];
  readonly data?: {
    readonly result: readonly { readonly metric: Record<string, string>; readonly value: [number, string] }[];
  };
}

async function ask(url: string, query: Expr | string, at: number): Promise<Vector> {
  const text = typeof query === "string" ? query : printQuery(query);
  const body = new URLSearchParams({ query: text, time: String(at) });
  const answer = (await (await fetch(`${url}/api/v1/query`, { method: "POST", body })).json()) as Answer;
  if (answer.status !== "success") throw new Error(`${answer.error}: ${text}`);
  const samples = (answer.data?.result ?? []).map(({ metric, value: [, value] }) => {
    const { __name__, ...labels } = metric;
    return { labels, value: value === "+Inf" ? Number.POSITIVE_INFINITY : Number(value) };
  });
  return { at: unixSeconds(at), samples, warnings: answer.warnings ?? [], infos: [] };
}

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
