"use client";

import { lazy, useMemo } from "react";
import { type Command, useCommands } from "#components/shell/commands.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { Icon } from "#components/ui/icon.tsx";
import { PopoverButton } from "#components/ui/popover-button.tsx";
import type { TraceItem, TracesAnswer } from "#lib/api/traces.ts";
import { formatCount, formatMs, formatPlural } from "#lib/format.ts";
import { milliseconds } from "#lib/units.ts";
import { Pair } from "./pair.tsx";
import { againWords, errorWords } from "./results.ts";
import type { Brush, TraceSearch } from "./state.ts";
import type { ChangeSearch } from "./use-search.ts";

const Download = lazy(async () => ({ default: (await import("./download-menu.tsx")).DownloadMenu }));

/** How many of how many, what was marked, and what can be done with them. */
export function ResultToolbar({
  answer,
  rows,
  search,
  change,
  pair,
  onForget,
}: {
  readonly answer: TracesAnswer;
  readonly rows: readonly TraceItem[];
  readonly search: TraceSearch;
  readonly change: ChangeSearch;
  /** Chosen to be compared, two at the most. */
  readonly pair: readonly TraceItem[];
  readonly onForget: () => void;
}) {
  const { brush, tail, end } = search;
  const commands = useMemo<readonly Command[]>(() => {
    const title = tail ? "Stop following new traces" : "Follow new traces";
    return end === null ? [{ id: "follow-traces", title, keys: ".", run: () => change({ tail: !tail }) }] : [];
  }, [tail, end, change]);
  useCommands(commands);
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2 max-sm:px-2">
      <span role="status" className="text-ink-2 tabular-nums">
        {foundWords(answer, rows, brush !== null)}
      </span>
      {brush !== null && (
        <>
          <Chip tone="on" onClick={() => change({ brush: null })} title="Show all of them again">
            {formatMs(milliseconds(brush.shortest))} – {formatMs(milliseconds(brush.longest))}
            <Icon name="close" size={12} />
            <span className="sr-only">Clear the marked area</span>
          </Chip>
          <Chip
            tone="quiet"
            onClick={() => change(timeOf(brush))}
            title="All traces of the marked time, not the newest alone"
          >
            Search this time
          </Chip>
        </>
      )}
      <Pair pair={pair} onForget={onForget} />
      <span className="grow" />
      <Chip
        tone={tail ? "on" : "quiet"}
        aria-pressed={tail}
        disabled={end !== null}
        title={end === null ? "New traces every 5 s ( . )" : "The search ends in the past: nothing new comes"}
        onClick={() => change({ tail: !tail })}
      >
        <Icon name={tail ? "stop" : "play"} size={14} />
        Follow
      </Chip>
      <PopoverButton tone="quiet" body={(props) => <Download {...props} rows={rows} />}>
        <Icon name="share" size={14} />
        Download
      </PopoverButton>
    </div>
  );
}

/**
 * The time of a brush, a little longer: a backend looks at when the service's own spans begin, which is up to a trace's length
 * after its first one. Durations stay a matter of the brush, for backends know those of spans alone.
 */
function timeOf({ from, to, longest }: Brush): Partial<TraceSearch> {
  const instant = (ms: number) => new Date(ms).toISOString();
  return { start: instant(Math.floor(from)), end: instant(Math.ceil(to + longest)), tail: false };
}

/** `12 of 50 traces, 3 with errors; jaeger has more`. */
function foundWords({ items, full }: TracesAnswer, rows: readonly TraceItem[], marked: boolean): string {
  const many = marked
    ? `${formatCount(rows.length)} of ${formatPlural(items.length, "trace")}`
    : formatPlural(rows.length, "trace");
  const more =
    full.length === 0 ? "" : full.length === 1 ? `; ${full[0]} has more` : `; ${full.join(" and ")} have more`;
  return `${many}${againWords(rows)}, ${errorWords(rows)}${more}`;
}
