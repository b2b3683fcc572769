"use client";

import { Floating } from "#components/ui/floating.tsx";
import type { PopoverBodyProps } from "#components/ui/popover-button.tsx";
import { STATE_WORDS, StateMark } from "#components/ui/state-mark.tsx";
import type { HealthState } from "#lib/graph/model.ts";

const STATES: readonly (readonly [HealthState, string])[] = [
  ["healthy", "neutral"],
  ["degraded", "amber, notch"],
  ["failing", "vermilion, cross"],
  ["idle", "dashed"],
  ["unknown", "hatched"],
];

const SHAPES: readonly (readonly [string, string])[] = [
  ["M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z", "Workload"],
  ["M5 5h14v14H5z", "Service"],
  ["M3 12l4.5-7.5h9L21 12l-4.5 7.5h-9z", "External host"],
  ["M5 4l15 8-15 8z", "Gateway"],
  ["M8 8.5a4 4 0 1 1 6 3.4c-1.4.9-2 1.6-2 3.1M12 19.5h.01", "Unknown caller"],
];

const LINES: readonly (readonly [string | undefined, string])[] = [
  [undefined, "HTTP"],
  ["8 3 2 3", "gRPC"],
  ["6 4", "TCP"],
  ["2 3", "idle, or no data"],
];

/** Marks with their words. Width of a line is its rate, on a logarithmic scale. */
export function Legend({ anchor, onClose }: PopoverBodyProps) {
  return (
    <Floating anchor={anchor} onClose={onClose} label="Legend">
      <div className="grid w-[420px] grid-cols-[1.3fr_1fr] gap-x-6 gap-y-4 p-4">
        <Group title="State">
          {STATES.map(([state, text]) => (
            <Line key={state} mark={<StateMark state={state} silent />} word={STATE_WORDS[state]} text={text} />
          ))}
        </Group>
        <div>
          <Group title="Shape">
            {SHAPES.map(([path, word]) => (
              <Line
                key={word}
                word={word}
                mark={
                  <svg
                    viewBox="0 0 24 24"
                    width="16"
                    height="16"
                    fill="none"
                    stroke="currentColor"
                    strokeWidth="2"
                    aria-hidden="true"
                  >
                    <path d={path} />
                  </svg>
                }
              />
            ))}
          </Group>
        </div>
        <Group title="Line">
          {LINES.map(([dash, word]) => (
            <Line
              key={word}
              word={word}
              mark={
                <svg viewBox="0 0 32 8" width="32" height="8" stroke="currentColor" strokeWidth="2" aria-hidden="true">
                  <path d="M0 4h32" strokeDasharray={dash} />
                </svg>
              }
            />
          ))}
        </Group>
        <p className="self-end text-ink-2">
          A wider line carries more requests or bytes, on a logarithmic scale. An open lock is traffic without mutual
          TLS. A blue band marks what is found.
        </p>
      </div>
    </Floating>
  );
}

function Group({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <section>
      <h3 className="eyebrow mb-2">{title}</h3>
      <ul>{children}</ul>
    </section>
  );
}

function Line({ mark, word, text }: { readonly mark: React.ReactNode; readonly word: string; readonly text?: string }) {
  return (
    <li className="flex min-h-6 items-center gap-2">
      <span className="text-ink-3">{mark}</span>
      <span>
        {word}
        {text !== undefined && <span className="text-ink-3"> {text}</span>}
      </span>
    </li>
  );
}
