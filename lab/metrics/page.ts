/**
 * One pod's metrics as Istio's agent merges them: the proxy's as they are, then the program's, in the format that both the
 * program and whoever scrapes can. https://istio.io/latest/docs/ops/integrations/prometheus/#option-1-metrics-merging
 */
import type { ProgramMetrics } from "./program.ts";
import type { ProxyMetrics } from "./proxy.ts";

const PLAIN = "text/plain; version=0.0.4; charset=utf-8";
const OPEN = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/** `accept`: the scraper's header. `program`: null where it measures nothing; then there is the proxy's format alone. */
export function metricsPage(
  metrics: ProxyMetrics,
  program: ProgramMetrics | null,
  accept: string | undefined,
): { readonly type: string; readonly text: string } {
  if (program === null) return { type: PLAIN, text: metrics.render() };
  const open = /\bapplication\/openmetrics-text\b/.test(accept ?? "");
  const text = metrics.render() + program.render(open);
  return open ? { type: OPEN, text: `${text}# EOF\n` } : { type: PLAIN, text };
}
