"use client";

import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState, useSyncExternalStore } from "react";
import { currentSecond, serverSecond, subscribeSeconds } from "#components/shell/clock.ts";
import { sayInstant } from "#components/shell/instant.ts";
import { useLive, useLiveStatus } from "#components/shell/live-context.tsx";
import { AXIS_LENGTHS, AXIS_SECONDS, type AxisLength, type UrlPatch } from "#components/shell/url-state.ts";
import { useUrl } from "#components/shell/use-url.ts";
import { Chip } from "#components/ui/chip.tsx";
import { Icon } from "#components/ui/icon.tsx";
import { parseInstant } from "#lib/api/instant.ts";
import { windowSeconds } from "#lib/api/windows.ts";
import { problemOf } from "#lib/errors.ts";
import { parseEdgeId, parseNodeId } from "#lib/graph/id.ts";
import { QueryProvider } from "#lib/query/client.tsx";
import { marksQuery } from "#lib/query/marks.ts";
import { cluster, frameStep, place, type Stretch, stretchFrom, stretchTo, ticks } from "./axis.ts";
import { AxisLine } from "./axis-line.tsx";
import { AxisRoom } from "./axis-room.tsx";
import { knownSince } from "./known-since.ts";
import { sayLooked } from "./looked-words.ts";
import { MarkSign } from "./mark-sign.tsx";
import { Scrubber } from "./scrubber.tsx";
import { sayFrames, stepOf, useFrames, useWanted } from "./use-frames.ts";
import { useReplay } from "./use-replay.ts";

const SPEEDS = [1, 2, 4] as const;
const LENGTH_WORDS: Readonly<Record<AxisLength, string>> = {
  "1m": "1 min",
  "5m": "5 min",
  "15m": "15 min",
  "1h": "1 h",
  "6h": "6 h",
  "24h": "24 h",
};

/** The last minutes or hours under the drawing: what changed when, and the graph of any of these instants. */
export function TimeAxis({ onClose }: { readonly onClose: () => void }) {
  // The server knows neither what time it is for whoever looks nor in which zone: what it wrote would be another text.
  const begun = useSyncExternalStore(
    subscribeSeconds,
    () => currentSecond() > 0,
    () => false,
  );
  if (!begun) return <AxisRoom />;
  return (
    <QueryProvider>
      <Axis onClose={onClose} />
    </QueryProvider>
  );
}

/**
 * Ends where time is; while somebody looks at an instant it stands still, or that would slip away under their hand. Begins at
 * `asked` instead (unix milliseconds) where that has been: `from` is null where it doesn't.
 */
function useStretch(range: number, frozen: boolean, asked: number | null) {
  const second = useSyncExternalStore(subscribeSeconds, currentSecond, serverSecond);
  const [anchor, setAnchor] = useState<number | null>(null);
  const now = second - (second % 5);
  if (frozen && anchor === null && second > 0) setAnchor(now);
  if (!frozen && anchor !== null) setAnchor(null);
  const end = 1000 * (anchor ?? now);
  const from = asked !== null && asked <= end ? asked : null;
  const stretch = useMemo<Stretch>(
    () => (from === null ? stretchTo(end, range) : stretchFrom(from, range, end)),
    [end, range, from],
  );
  return { stretch, from };
}

/** Unix milliseconds of an instant in the address; null: none. */
const msOf = (text: string | null): number | null => (text === null ? null : (parseInstant(text) ?? Number.NaN) * 1000);

function Axis({ onClose }: { readonly onClose: () => void }) {
  const { state, go } = useUrl();
  const { at, window, clusters, namespaces, compareAt } = state.view;
  const status = useLiveStatus();
  const range = AXIS_SECONDS[state.axisLength];
  const [speed, setSpeed] = useState<(typeof SPEEDS)[number]>(1);
  const [playing, setPlaying] = useState(false);
  /** Under a hand on the slider. */
  const [held, setHeld] = useState<string | null>(null);
  const live = useLive();
  const [wanted, setWanted] = useWanted(at);
  const { stretch, from } = useStretch(range, at !== null || wanted, msOf(state.axisFrom));
  const frames = useFrames(stretch, wanted);
  const onFrame = useCallback((next: string) => go({ view: { at: next } }, "replace"), [go]);
  const onEnd = useCallback(() => setPlaying(false), []);
  const stepMs = stepOf(stretch, frames);
  useReplay({ playing, speed, stretch, stepMs, at, shown: status.at, onFrame, onEnd });

  const iso = (ms: number) => new Date(ms).toISOString();
  const question = { clusters, namespaces, start: iso(stretch.start), end: iso(stretch.end), live: at === null };
  const { data, error } = useQuery(marksQuery(question));
  const jump = (patch: UrlPatch) => {
    setPlaying(false);
    go(patch);
  };
  const hold = (instant: string) => {
    setWanted(true);
    setHeld(instant);
    live?.peek(instant);
  };
  const release = (next: string | null) => {
    setHeld(null);
    // Another instant takes the frame's place by itself, without what was there before in between.
    if (next === at) live?.peek(null);
    if (next === null) setWanted(false);
    jump({ view: { at: next } });
  };
  const subject = state.selected === null || !drawable(state.selected) ? null : state.selected;
  const looked = held ?? at;
  const compared = msOf(compareAt);
  return (
    <section aria-label="Time axis" data-testid="time-axis" className="border-t border-line bg-raised px-4 pt-2 pb-1.5">
      <div className="flex flex-wrap items-center gap-2">
        <Chip
          tone="quiet"
          onClick={() => {
            setPlaying(!playing);
            setWanted(true);
          }}
          aria-label={playing ? "Stop the replay" : "Replay"}
          className="w-7 justify-center px-0!"
        >
          <Icon name={playing ? "stop" : "play"} size={14} />
        </Chip>
        <Choice label="Speed" value={speed} of={SPEEDS} say={(value) => `${value}×`} onChoose={setSpeed} />
        <Choice
          label="Length of the axis"
          value={state.axisLength}
          of={AXIS_LENGTHS}
          say={(value) => `${from === null ? "last" : "from then"} ${LENGTH_WORDS[value]}`}
          onChoose={(length) => go({ axisLength: length })}
        />
        <span className="text-ink-2" suppressHydrationWarning>
          {sayLooked(stretch, looked)}
          {compareAt !== null && <span className="text-ink-3"> · compared with {sayInstant(compareAt)}</span>}
        </span>
        <span className="grow truncate text-[11px] text-ink-3" role="status" data-testid="frames">
          {sayFrames(stretch, frames)}
        </span>
        {at !== null && parseInstant(at) !== null && (
          <Chip
            tone="quiet"
            title={from === null ? "A replay of what followed this instant" : "The axis ends where time is"}
            onClick={() => go({ axisFrom: from === null ? at : null })}
          >
            {from === null ? "Begin the axis here" : "Up to now"}
          </Chip>
        )}
        {at !== null && <Chip onClick={() => jump({ view: { at: null } })}>Back to live</Chip>}
        <Chip tone="quiet" aria-label="Close the time axis" className="w-7 justify-center px-0!" onClick={onClose}>
          <Icon name="close" size={14} />
        </Chip>
      </div>
      <div className="relative mx-2 mt-1 h-5">
        {cluster(stretch, data?.items ?? []).map((placed) => (
          // By its first change, not by its place: that moves with time, and an open menu must not close for it.
          <MarkSign key={keyOf(placed.items)} placed={placed} windowSeconds={windowSeconds(window)} onGo={jump} />
        ))}
      </div>
      <div className="mx-2">
        {subject !== null && <AxisLine stretch={stretch} id={subject} end={at === null ? null : iso(stretch.end)} />}
        <Scrubber
          stretch={stretch}
          live={from === null}
          at={at}
          stepMs={stepMs ?? frameStep(stretch)}
          compared={compared === null ? null : place(stretch, compared)}
          onHeld={hold}
          onInstant={release}
        />
        <div aria-hidden="true" className="relative h-4 text-[10.5px] text-ink-3 tabular-nums">
          {ticks(stretch, -new Date(stretch.end).getTimezoneOffset() * 60_000).map((tick) => (
            <span key={tick} className="absolute -translate-x-1/2" style={{ left: `${place(stretch, tick) * 100}%` }}>
              {sayInstant(iso(tick), new Date(tick)).replace(range >= 900 ? /:\d\d$/ : /$^/, "")}
            </span>
          ))}
        </div>
      </div>
      <p className="truncate text-[11px] text-ink-3" role="status">
        {error === null
          ? data === undefined
            ? "Reading what changed…"
            : knownSince(data, new Date(stretch.end))
          : `What changed could not be read: ${problemOf(error).detail}`}
      </p>
    </section>
  );
}

const keyOf = ([first]: readonly { readonly at: string; readonly kind: string; readonly text: string }[]): string =>
  `${first?.at} ${first?.kind} ${first?.text}`;

/** Has a chart of its own: an edge, or a node that isn't a group. */
function drawable(id: string): boolean {
  const kind = parseNodeId(id)?.kind;
  return parseEdgeId(id) !== null || (kind !== undefined && kind !== "namespace" && kind !== "cluster");
}

function Choice<Value extends string | number>({
  label,
  value,
  of,
  say,
  onChoose,
}: {
  readonly label: string;
  readonly value: Value;
  readonly of: readonly Value[];
  readonly say: (value: Value) => string;
  readonly onChoose: (value: Value) => void;
}) {
  const choose = (text: string) => {
    const chosen = of.find((each) => String(each) === text);
    if (chosen !== undefined) onChoose(chosen);
  };
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => choose(event.target.value)}
      className="h-7 rounded-md border border-line bg-raised px-1.5 text-ink-2"
    >
      {of.map((each) => (
        <option key={each} value={each}>
          {say(each)}
        </option>
      ))}
    </select>
  );
}
