"use client";

import { useId, useMemo, useState } from "react";
import { formatCount, formatPlural } from "#lib/format.ts";
import { Name } from "./name.tsx";

export interface ChecklistItem {
  readonly value: string;
  /** What stands on the right, for example `7 workloads`. */
  readonly note?: string;
}

/** More rows than this are found by typing, not by scrolling. */
const SHOWN = 200;

/** Items whose name contains every word of `text`, chosen ones first, then by name. */
export function matching(
  items: readonly ChecklistItem[],
  chosen: readonly string[],
  text: string,
): readonly ChecklistItem[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = items.filter(({ value }) => words.every((word) => value.toLowerCase().includes(word)));
  const rank = (item: ChecklistItem) => (chosen.includes(item.value) ? 0 : 1);
  return [...hits].sort((a, b) => rank(a) - rank(b) || a.value.localeCompare(b.value, "en"));
}

/** A searchable list of checkboxes. None checked means all. `chosen` keeps its identity while it says the same. */
export function Checklist({
  legend,
  items,
  chosen,
  onChange,
}: {
  readonly legend: string;
  readonly items: readonly ChecklistItem[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}) {
  const id = useId();
  const [text, setText] = useState("");
  // Chosen ones rise to the top when the list opens, not under the pointer of whoever is choosing.
  const [first] = useState(chosen);
  const hits = useMemo(() => matching(items, first, text), [items, first, text]);
  // The address follows a tick a moment later: until then the tick itself counts, or a quick second one would undo it.
  const [ticked, setTicked] = useState(chosen);
  const [heard, setHeard] = useState(chosen);
  if (heard !== chosen) {
    setHeard(chosen);
    setTicked(chosen);
  }
  const tick = (next: readonly string[]) => {
    setTicked(next);
    onChange(next);
  };
  const toggle = (value: string) =>
    tick(ticked.includes(value) ? ticked.filter((other) => other !== value) : [...ticked, value]);
  return (
    <fieldset className="w-80">
      <legend className="sr-only">{legend}</legend>
      <div className="border-b border-line p-2">
        <input
          type="search"
          value={text}
          onChange={(event) => setText(event.target.value)}
          placeholder={`Search ${formatPlural(items.length, "name")}`}
          aria-label={`Search ${legend.toLowerCase()}`}
          aria-controls={id}
          className="h-7 w-full rounded-md border border-line bg-sunken px-2 placeholder:text-ink-3"
        />
      </div>
      <div id={id} className="max-h-80 overflow-auto py-1">
        {hits.slice(0, SHOWN).map(({ value, note }) => (
          <label key={value} className="flex h-8 cursor-pointer items-center gap-2 px-3 hover:bg-sunken">
            <input
              type="checkbox"
              checked={ticked.includes(value)}
              onChange={() => toggle(value)}
              className="accent-accent"
            />
            <Name text={value} className="grow" />
            {note !== undefined && <span className="shrink-0 text-[11px] text-ink-3">{note}</span>}
          </label>
        ))}
        {hits.length === 0 && <p className="px-3 py-2 text-ink-2">Nothing has “{text}” in its name.</p>}
        {hits.length > SHOWN && (
          <p className="px-3 py-2 text-ink-3">
            Showing {SHOWN} of {formatCount(hits.length)}. Type to narrow them.
          </p>
        )}
      </div>
      <div className="flex items-center justify-between border-t border-line px-3 py-2 text-ink-2">
        <span>{ticked.length === 0 ? "All" : `${ticked.length} chosen`}</span>
        <button
          type="button"
          disabled={ticked.length === 0}
          onClick={() => tick([])}
          className="text-accent disabled:text-ink-3"
        >
          Clear
        </button>
      </div>
    </fieldset>
  );
}
