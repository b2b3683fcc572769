import type { TraceCallsAnswer } from "#lib/api/traces.ts";
import type { Problem } from "#lib/errors.ts";
import { keptWords } from "./call-dots.ts";

/** What is said below a chart of its dots: that they are being read, how many there are, and what of them is missing. The lines go on whatever it says. */
export function CallsStatus({
  data,
  problem,
  reading,
  counted,
  onRetry,
}: {
  readonly data: TraceCallsAnswer | undefined;
  readonly problem: Problem | null;
  readonly reading: boolean;
  /** Calls that Prometheus counted in the time; null: none. */
  readonly counted: number | null;
  readonly onRetry: () => void;
}) {
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
      {data !== undefined && <p>{keptWords(data, counted)}</p>}
      {data !== undefined &&
        [...data.problems, ...data.partial].map(({ source, detail }) => (
          <p key={`${source} ${detail}`} className="text-degraded">
            {detail}
          </p>
        ))}
    </div>
  );
}
