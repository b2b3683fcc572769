/** A real Prometheus over blocks made from an exposition with timestamps. */
import type { Expr } from "#lib/promql/ast.ts";
import { printQuery } from "#lib/promql/print.ts";
import type { Vector } from "#lib/promql/result.ts";
import { startRealPrometheus } from "#lib/real-prometheus.test-support.ts";
import { unixSeconds } from "#lib/units.ts";

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
