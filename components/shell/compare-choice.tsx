"use client";

import { Chip } from "#components/ui/chip.tsx";
import { parseInstant } from "#lib/api/instant.ts";
import { parseWindow, WINDOWS, windowSeconds } from "#lib/api/windows.ts";
import { WHOLE } from "#lib/live/whole.ts";
import { serverNow } from "#lib/query/server-clock.ts";
import { InstantBox } from "./instant-box.tsx";
import { stepInstant } from "./typed-instant.ts";
import { useUrl } from "./use-url.ts";

const HOUR = 3600;
/** How much earlier, in seconds; 0: one window. */
const EARLIER: readonly (readonly [string, number])[] = [
  ["one window", 0],
  ["1 h", HOUR],
  ["1 day", 24 * HOUR],
  ["1 week", 7 * 24 * HOUR],
];

/** Which earlier window to compare with. The list of what changed opens with it. */
export function CompareChoice({ onClose }: { readonly onClose: () => void }) {
  const { state, go } = useUrl();
  const { at, window, compareAt, compareWindow } = state.view;
  const compare = (to: string | null) => {
    go(
      to === null
        ? { view: { compareAt: null, compareWindow: null }, ...(state.selected === WHOLE ? { selected: null } : {}) }
        : { view: { compareAt: to }, selected: WHOLE },
    );
    onClose();
  };
  const earlier = (seconds: number) => {
    const base = at === null ? null : parseInstant(at);
    const now = new Date(serverNow());
    const from = base === null ? null : new Date(base * 1000).toISOString();
    compare(stepInstant(from, -1000 * (seconds === 0 ? windowSeconds(window) : seconds), now));
  };
  return (
    <section className="mt-3 border-t border-line pt-3">
      <h2 className="eyebrow">Compare with</h2>
      <p className="mt-1.5 text-ink-2">What is new, gone, slower or failing more since an earlier window.</p>
      <div className="mt-2 flex flex-wrap gap-1">
        {EARLIER.map(([text, seconds]) => (
          <Chip key={text} tone="quiet" onClick={() => earlier(seconds)}>
            {text} earlier
          </Chip>
        ))}
        {compareAt !== null && (
          <Chip tone="on" onClick={() => compare(null)}>
            Stop comparing
          </Chip>
        )}
      </div>
      <InstantBox label="Instant to compare with" at={compareAt ?? "now-1h"} act="Compare" onInstant={compare} />
      {compareAt !== null && (
        <label className="mt-1 flex items-center gap-2 text-ink-2">
          Its window
          <select
            value={compareWindow ?? ""}
            onChange={(event) => go({ view: { compareWindow: parseWindow(event.target.value) } })}
            className="h-7 rounded-md border border-line bg-raised px-1 text-ink"
          >
            <option value="">the same</option>
            {WINDOWS.map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </select>
        </label>
      )}
    </section>
  );
}
