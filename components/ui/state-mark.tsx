import { clsx } from "clsx";
import type { HealthState } from "#lib/graph/model.ts";

export const STATE_WORDS: Readonly<Record<HealthState, string>> = {
  healthy: "healthy",
  degraded: "degraded",
  failing: "failing",
  idle: "idle",
  unknown: "no data",
};

const COLOURS: Readonly<Record<HealthState, string>> = {
  healthy: "text-ink-3",
  degraded: "text-degraded",
  failing: "text-failing",
  idle: "text-ink-3",
  unknown: "text-ink-3",
};

/** The drawing's mark at text size: ring, notch, cross, dashes, hatch. The word stands beside it or is read out. */
export function StateMark({ state, silent = false }: { readonly state: HealthState; readonly silent?: boolean }) {
  return (
    <span className={clsx("inline-grid size-4 shrink-0 place-items-center", COLOURS[state])}>
      <svg
        viewBox="0 0 16 16"
        width="14"
        height="14"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
        aria-hidden="true"
      >
        {state === "healthy" && <circle cx="8" cy="8" r="5.5" />}
        {state === "degraded" && <path d="M3 4v9h9z" fill="currentColor" />}
        {state === "failing" && <path d="M4 4l8 8M12 4l-8 8" strokeWidth="2.2" strokeLinecap="round" />}
        {state === "idle" && <circle cx="8" cy="8" r="5.5" strokeDasharray="2.4 2.4" />}
        {state === "unknown" && (
          <>
            <circle cx="8" cy="8" r="5.5" />
            <path d="M4.5 10.5l6-6M6 12l6-6" strokeWidth="1.2" />
          </>
        )}
      </svg>
      {!silent && <span className="sr-only">{STATE_WORDS[state]}</span>}
    </span>
  );
}
