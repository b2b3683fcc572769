"use client";

import { clsx } from "clsx";
import { formatCount, formatPercent, formatPlural } from "#lib/format.ts";
import { MARK_RADIUS } from "#lib/live/trace/call-drawing.ts";
import type { CallNode } from "#lib/tracing/view/graph.ts";
import { durationText } from "#lib/tracing/view/words.ts";
import { ratio } from "#lib/units.ts";
import { paint } from "./bar.tsx";
import { serviceColour } from "./colours.ts";
import { type TraceModel, useModel } from "./model.tsx";

const WIDTH = 148;

/** A node: its service's colour, the share of the critical path as a ring, failures as a cross with their number. */
export function CallMark({
  at,
  node,
  x,
  y,
  stop,
  marked,
  found,
  onFocus,
  onSelect,
}: {
  readonly at: number;
  readonly node: CallNode;
  readonly x: number;
  readonly y: number;
  /** Does Tab lead here? */
  readonly stop: boolean;
  /** Is the selected span one of its spans? */
  readonly marked: boolean;
  /** How many of its spans are found; null: nothing is looked for. */
  readonly found: number | null;
  readonly onFocus: () => void;
  readonly onSelect: () => void;
}) {
  const { picture } = useModel();
  const colour = serviceColour(node.service);
  const share = shareOf(node, picture);
  const [service, name] = namesOf(node, picture);
  const spoken = [
    `${service} ${name}`,
    formatPlural(node.spans, "span"),
    ...(node.failed > 0 ? [`${formatCount(node.failed)} failed`] : []),
    `itself ${durationText(node.self)}`,
    `total ${durationText(node.total)}`,
    `${formatPercent(ratio(share))} of the critical path`,
    ...(found === null ? [] : [`${formatCount(found)} found`]),
  ].join(" · ");
  return (
    <button
      type="button"
      data-node={at}
      tabIndex={stop ? 0 : -1}
      aria-pressed={marked}
      title={spoken}
      onFocus={onFocus}
      onClick={onSelect}
      style={{ left: x - WIDTH / 2, top: y - MARK_RADIUS - 4, width: WIDTH }}
      className={clsx(
        "absolute flex flex-col items-center rounded-md px-1 pt-1 text-center text-[11px] leading-[14px]",
        marked && "outline-2 outline-accent",
        !marked && found !== null && found > 0 && "outline-1 outline-dashed outline-accent",
      )}
    >
      <span className="sr-only">{spoken}</span>
      <span
        aria-hidden="true"
        className="grid place-items-center rounded-full"
        style={{
          width: 2 * MARK_RADIUS,
          height: 2 * MARK_RADIUS,
          background: `conic-gradient(var(--ink) ${share * 100}%, var(--line-strong) 0)`,
        }}
      >
        <span className="grid size-[22px] place-items-center rounded-full bg-bg">
          <span style={paint(colour)} className={clsx("size-[18px] rounded-full", colour.striped && "striped")} />
        </span>
      </span>
      <bdi aria-hidden="true" className="name mt-0.5 max-w-full font-medium">
        {service}
      </bdi>
      {name !== "" && (
        <bdi aria-hidden="true" className="name max-w-full text-ink-2">
          {name}
        </bdi>
      )}
      <span aria-hidden="true" className="max-w-full truncate text-ink-2 tabular-nums">
        {node.failed > 0 && <span className="text-failing">✕ {formatCount(node.failed)} of </span>}
        {formatCount(node.spans)}× · {durationText(node.self)}
        {found !== null && found > 0 && <span className="text-accent"> · {formatCount(found)} found</span>}
      </span>
    </button>
  );
}

/** Of the critical path, whose length is the trace's. */
export function shareOf({ onPath }: CallNode, { totalNs }: TraceModel["picture"]): number {
  return totalNs > 0 ? Math.min(1, onPath / totalNs) : 0;
}

export function namesOf({ service, name }: CallNode, { services, names }: TraceModel["picture"]) {
  return [services[service] || "no service name", name === null ? "" : names[name] || "no name"] as const;
}
