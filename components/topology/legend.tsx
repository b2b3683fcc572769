"use client";

import { Floating } from "#components/ui/floating.tsx";
import type { PopoverBodyProps } from "#components/ui/popover-button.tsx";
import { STATE_WORDS, StateMark } from "#components/ui/state-mark.tsx";
import type { HealthState } from "#lib/graph/model.ts";
import type { BadgeKind } from "#lib/layout/scene.ts";
import { BADGE_SIGNS } from "#lib/render/badges.ts";
import { LINES, type Part, SHAPES, SIGNS } from "./legend-marks.ts";

const STATES: readonly (readonly [HealthState, string])[] = [
  ["healthy", "neutral"],
  ["degraded", "amber, notch"],
  ["failing", "vermilion, cross"],
  ["idle", "dashed"],
  ["unknown", "hatched"],
];

const BADGE_WORDS: Readonly<Record<BadgeKind, string>> = {
  "virtual-service": "Virtual service",
  "traffic-shifting": "Traffic shifting",
  "tcp-traffic-shifting": "TCP traffic shifting",
  "request-routing": "Request routing",
  "circuit-breaker": "Circuit breaker",
  "fault-injection": "Fault injection",
  mirroring: "Mirroring",
  "request-timeout": "Request timeout",
  "workload-entry": "Workload entry",
  "service-entry": "Service entry",
  gateway: "Gateway host",
  "traffic-source": "Traffic source",
  hub: "Calls a hub that isn't drawn",
};

/** Marks with their words: everything that the map can draw. */
export function Legend({ anchor, onClose }: PopoverBodyProps) {
  return (
    <Floating anchor={anchor} onClose={onClose} label="Legend">
      <div className="grid w-[620px] max-w-[92vw] grid-cols-3 gap-x-6 gap-y-4 p-4 max-md:grid-cols-1">
        <Group title="State">
          {STATES.map(([state, text]) => (
            <Line key={state} mark={<StateMark state={state} silent />} word={STATE_WORDS[state]} text={text} />
          ))}
        </Group>
        <Drawn title="Shape" marks={SHAPES} box={24} />
        <Drawn title="Line" marks={LINES} box={32} />
        <Drawn title="Sign" marks={SIGNS} box={24} />
        <Group title="Configured for it">
          {Object.entries(BADGE_SIGNS).map(([kind, sign]) => (
            <Line
              key={kind}
              word={BADGE_WORDS[kind as BadgeKind]}
              mark={
                <span className="inline-block min-w-7 rounded-sm border border-line-strong px-1 text-center text-[9px] font-semibold text-ink-2">
                  {sign}
                </span>
              }
            />
          ))}
        </Group>
        <div className="flex flex-col gap-2 self-end text-ink-2">
          <p>A wider line carries more requests or bytes, on a logarithmic scale.</p>
          <p>What is found stands out in blue, and so do the calls of a trace that is drawn; the rest steps back.</p>
          <p>A number behind a sign says how many there are. # is the rank of a mark by its edges.</p>
          <p>Moving dots: more for more requests, faster for lower latency, crosses for the share that fails.</p>
        </div>
      </div>
    </Floating>
  );
}

function Drawn({
  title,
  marks,
  box,
}: {
  readonly title: string;
  readonly marks: readonly Part[];
  readonly box: number;
}) {
  return (
    <Group title={title}>
      {marks.map(({ word, path, dash, tone }) => (
        <Line
          key={word}
          word={word}
          mark={
            <svg
              viewBox={`0 0 ${box} ${box === 32 ? 8 : 24}`}
              width={box === 32 ? 32 : 16}
              height={box === 32 ? 8 : 16}
              fill="none"
              stroke="currentColor"
              strokeWidth="2"
              className={tone}
              aria-hidden="true"
            >
              <path d={path} strokeDasharray={dash} />
            </svg>
          }
        />
      ))}
    </Group>
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
