import type { Expr } from "#lib/promql/ast.ts";
import type { Exemplar, Matrix, Vector } from "#lib/promql/result.ts";
import type { Seconds, UnixSeconds } from "#lib/units.ts";

/** What the telemetry needs of a Prometheus client; lib/prometheus has it. */
export interface QueryClient {
  query(expr: Expr, options: { at: UnixSeconds; timeout: Seconds; signal?: AbortSignal }): Promise<Vector>;
  queryRange(
    expr: Expr,
    options: { start: UnixSeconds; end: UnixSeconds; step: Seconds; timeout: Seconds; signal?: AbortSignal },
  ): Promise<Matrix>;
  queryExemplars(
    expr: Expr,
    options: { start: UnixSeconds; end: UnixSeconds; timeout: Seconds; signal?: AbortSignal },
  ): Promise<readonly Exemplar[]>;
  /** What its own clock says while it answers. */
  time(options: { timeout: Seconds; signal?: AbortSignal }): Promise<UnixSeconds>;
  close(): Promise<void>;
}
