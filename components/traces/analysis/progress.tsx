import { Notice } from "#components/policies/notice.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { Icon } from "#components/ui/icon.tsx";
import type { AnalysisProgress } from "#lib/api/trace-analysis.ts";
import { formatCount, formatPlural } from "#lib/format.ts";
import type { AnalysisState } from "#lib/live/analysis-store.ts";

/** How far it has come, and how to end it; or why it is over before its end. Nothing of one that is done. */
export function Progress({
  state: { phase, now, baseline, problem, result },
  compared,
  onStop,
  onAgain,
}: {
  readonly state: AnalysisState;
  /** A second window is read after the first. */
  readonly compared: boolean;
  readonly onStop: () => void;
  readonly onAgain: () => void;
}) {
  if (phase === "idle" || phase === "done") return null;
  if (phase === "running") return <Running now={now} baseline={baseline} compared={compared} onStop={onStop} />;
  const again = <Chip onClick={onAgain}>Start again</Chip>;
  const kept =
    result === null
      ? " Nothing was read before that."
      : " What stands below is what had been read by then, of all parts of the window; requests and changes were not looked up yet.";
  return (
    <div className="border-b border-line p-2">
      {phase === "failed" ? (
        <Notice role="alert" tone="failing" title="The analysis ended before its time." action={again}>
          {problem?.detail}
          {kept}
        </Notice>
      ) : (
        <Notice role="status" tone="degraded" title="Stopped." action={again}>
          {farText(now)}
          {kept}
        </Notice>
      )}
    </div>
  );
}

function farText(now: AnalysisProgress | null): string {
  if (now === null) return "";
  return `${formatPlural(now.traces, "trace")} from ${formatCount(now.done)} of ${formatPlural(now.slices, "slice")} of the window.`;
}

function Running({
  now,
  baseline,
  compared,
  onStop,
}: {
  readonly now: AnalysisProgress | null;
  readonly baseline: AnalysisProgress | null;
  readonly compared: boolean;
  readonly onStop: () => void;
}) {
  const of = baseline ?? now;
  const all = (now?.slices ?? 0) * (compared ? 2 : 1);
  const done = (now?.done ?? 0) + (baseline?.done ?? 0);
  const read = all > 0 && done >= all;
  const text =
    of === null
      ? "Asking the tracing backends…"
      : read
        ? "Counting requests, and looking for changes at that time…"
        : `Reading ${baseline === null ? "the window" : "what it is compared with"}: ${formatCount(of.done)} of ${formatPlural(of.slices, "slice")}, ${formatPlural(of.traces, "trace")}`;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-2 max-sm:px-2">
      <div
        role="progressbar"
        aria-label="Progress of the analysis"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={all === 0 ? 0 : Math.round((100 * done) / all)}
        aria-valuetext={text}
        className="h-1.5 w-52 overflow-hidden rounded-full bg-sunken ring-1 ring-line max-sm:w-full"
      >
        <div className="h-full bg-accent" style={{ width: `${all === 0 ? 0 : (100 * done) / all}%` }} />
      </div>
      <span className="text-ink-2 tabular-nums">{text}</span>
      <span className="grow" />
      <Chip onClick={onStop} title="What was read stays ( . )">
        <Icon name="stop" size={14} />
        Stop
      </Chip>
    </div>
  );
}
