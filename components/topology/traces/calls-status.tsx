import type { Kept } from "#components/traces/kept.ts";
import type { TraceCallsAnswer } from "#lib/api/traces.ts";
import type { Problem } from "#lib/errors.ts";
import { failedWords, keptWords } from "./call-dots.ts";

/** What is said below a chart of its dots: that they are being read, how many there are, and what of them is missing. The lines go on whatever it says. */
export function CallsStatus({
  data,
  problem,
  reading,
  counted,
  kept,
  onRetry,
}: {
  readonly data: TraceCallsAnswer | undefined;
  readonly problem: Problem | null;
  readonly reading: boolean;
  /** Calls that Prometheus counted in the time; null: none. */
  readonly counted: { readonly requests: number; readonly failed: number } | null;
  /** As it is configured, for where it can't be measured. */
  readonly kept: Kept | null;
  readonly onRetry: () => void;
}) {
  const failed = data === undefined ? null : failedWords(data, counted, kept);
  return (
    <div role="status" className="text-[11px] text-ink-2">
      {reading && <p>Reading the newest traces…</p>}
      {problem !== null && !reading && (
        <p>
          {problem.detail}{" "}
          <button type="button" className="text-accent" onClick={onRetry}>
            Retry now
          </button>
        </p>
      )}
      {data !== undefined && <p>{keptWords(data, counted?.requests ?? null)}</p>}
      {failed !== null && <p>{failed}.</p>}
      {data !== undefined &&
        [...data.problems, ...data.partial].map(({ source, detail }) => (
          <p key={`${source} ${detail}`} className="text-degraded">
            {detail}
          </p>
        ))}
    </div>
  );
}
