"use client";

import { clsx } from "clsx";
import type { KeyboardEvent, RefObject } from "react";
import { Chip } from "#components/ui/chip.tsx";
import { Icon } from "#components/ui/icon.tsx";
import { formatCount } from "#lib/format.ts";
import { stepped } from "#lib/tracing/view/fold.ts";
import { type TraceModel, useModel } from "./model.tsx";
import { TABS, type Tab } from "./view-state.ts";

const TITLES: Readonly<Record<Tab, string>> = {
  timeline: "Timeline",
  flame: "Flame graph",
  graph: "Graph",
  statistics: "Statistics",
  spans: "Spans",
};

/** Which view, what is looked for in it, and how it is drawn. */
export function Toolbar({ field }: { readonly field: RefObject<HTMLInputElement | null> }) {
  const { view } = useModel();
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-2 max-sm:px-2">
      <Tabs />
      <span className="grow max-sm:hidden" />
      {view.tab === "timeline" && <Drawing />}
      {view.tab !== "statistics" && view.tab !== "flame" && <Search field={field} />}
    </div>
  );
}

function Tabs() {
  const { view, change } = useModel();
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const next = TABS[(TABS.indexOf(view.tab) + step + TABS.length) % TABS.length];
    if (step === 0 || next === undefined) return;
    event.preventDefault();
    change({ tab: next });
    event.currentTarget.querySelector<HTMLElement>(`[data-tab="${next}"]`)?.focus();
  };
  return (
    <div role="tablist" aria-label="Views of the trace" onKeyDown={onKeyDown} className="flex gap-4">
      {TABS.map((tab) => (
        <button
          key={tab}
          type="button"
          role="tab"
          id={`tab-${tab}`}
          data-tab={tab}
          aria-selected={tab === view.tab}
          aria-controls="trace-view"
          tabIndex={tab === view.tab ? 0 : -1}
          onClick={() => change({ tab })}
          className={clsx(
            "h-7 border-b-2 whitespace-nowrap",
            tab === view.tab ? "border-accent text-ink" : "border-transparent text-ink-2 hover:text-ink",
          )}
        >
          {TITLES[tab]}
        </button>
      ))}
    </div>
  );
}

/** Choices of the timeline alone. */
function Drawing() {
  const { view, change, fold, folding, picture, head } = useModel();
  const skewed = head.warnings.some(({ code }) => code === "clock-skew") || !view.skew;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Chip
        tone={view.path ? "on" : "quiet"}
        aria-pressed={view.path}
        title="A dark line under a bar: the end of the trace waited for this span itself"
        onClick={() => change({ path: !view.path })}
      >
        Critical path
      </Chip>
      <Chip
        tone="quiet"
        title="What colours of bars mean"
        onClick={() => change({ colour: view.colour === "service" ? "depth" : "service" })}
      >
        Colour: {view.colour}
      </Chip>
      {skewed && (
        <Chip
          tone={view.skew ? "on" : "quiet"}
          aria-pressed={view.skew}
          title="Move spans whose clock disagrees with their caller's"
          onClick={() => change({ skew: !view.skew })}
        >
          Clocks corrected
        </Chip>
      )}
      <span className="flex">
        <FoldButton label="Collapse all" keys="]" text="«" onClick={() => fold({ levels: 0, turned: new Set() })} />
        <FoldButton label="Collapse one level" keys="p" text="‹" onClick={() => fold(stepped(picture, folding, -1))} />
        <FoldButton label="Expand one level" keys="o" text="›" onClick={() => fold(stepped(picture, folding, 1))} />
        <FoldButton label="Expand all" keys="[" text="»" onClick={() => fold({ levels: null, turned: new Set() })} />
      </span>
    </div>
  );
}

function FoldButton({
  label,
  keys,
  text,
  onClick,
}: {
  readonly label: string;
  readonly keys: string;
  readonly text: string;
  readonly onClick: () => void;
}) {
  return (
    <button
      type="button"
      aria-label={label}
      title={`${label} ( ${keys} )`}
      onClick={onClick}
      className="h-7 w-7 border border-l-0 border-line bg-raised text-ink-2 first:rounded-l-md first:border-l last:rounded-r-md hover:text-ink"
    >
      {text}
    </button>
  );
}

function Search({ field }: { readonly field: RefObject<HTMLInputElement | null> }) {
  const model = useModel();
  const { view, change, step } = model;
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === "Enter") {
      event.preventDefault();
      step(event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (view.find === "") event.currentTarget.blur();
      else change({ find: "" }, "replace");
    }
  };
  return (
    <div role="search" className="flex items-center gap-1.5">
      <label className="flex h-7 items-center gap-1.5 rounded-md border border-line bg-sunken px-2 focus-within:border-accent">
        <Icon name="search" size={14} className="text-ink-3" />
        <input
          ref={field}
          type="search"
          value={view.find}
          onChange={(event) => change({ find: event.target.value }, "replace")}
          onKeyDown={onKeyDown}
          aria-label="Search in the trace"
          aria-keyshortcuts="Control+B"
          title="Services, operations, ids, tags and events; key=value for a tag. Enter: next, Shift + Enter: previous"
          placeholder="Search in the trace"
          className="w-44 bg-transparent outline-none placeholder:text-ink-3 max-sm:w-32"
        />
      </label>
      <span role="status" className="text-[11px] whitespace-nowrap text-ink-2 tabular-nums">
        {foundText(model)}
      </span>
      <Chip
        tone="quiet"
        aria-label="Previous one found"
        title="Previous ( b )"
        onClick={() => step(-1)}
        className="w-7 justify-center px-0!"
      >
        ‹
      </Chip>
      <Chip
        tone="quiet"
        aria-label="Next one found"
        title="Next ( f )"
        onClick={() => step(1)}
        className="w-7 justify-center px-0!"
      >
        ›
      </Chip>
    </div>
  );
}

function foundText({ hits, selected }: Pick<TraceModel, "hits" | "selected">): string {
  if (hits === null) return "";
  if (hits.length === 0) return "nothing found";
  const at = hits.indexOf(selected);
  return at < 0 ? `${formatCount(hits.length)} found` : `${formatCount(at + 1)} of ${formatCount(hits.length)}`;
}
