import { sayInstant } from "#components/shell/instant.ts";
import type { TraceItem } from "#lib/api/traces.ts";
import { formatCount, formatMs, formatPlural } from "#lib/format.ts";
import { milliseconds } from "#lib/units.ts";
import type { Dot, Size } from "./dots.ts";

/** A trace in one line, for whoever hears it. */
export function traceWords(item: TraceItem): string {
  const root = item.root === null ? "Root missing" : `${item.root.service} ${item.root.operation}`;
  return `${root}, ${facts(item).join(", ")}`;
}

function facts({ durationMs, spans, errors, services, start }: TraceItem): readonly string[] {
  return [
    formatMs(milliseconds(durationMs)),
    spans === null ? "spans not told" : formatPlural(spans, "span"),
    formatPlural(services.length, "service"),
    errors === null ? "errors not told" : errors === 0 ? "no errors" : `${formatCount(errors)} failed`,
    sayInstant(start),
  ];
}

const WIDTH = 320;

/** What stands beside the dot that is pointed at. */
export function DotTip({ dot: { x, y, item }, size }: { readonly dot: Dot; readonly size: Size }) {
  const left = x + 14 + WIDTH > size.width ? x - 14 - WIDTH : x + 14;
  return (
    <div
      aria-hidden="true"
      className="pointer-events-none absolute z-10 rounded-md border border-line-strong bg-raised px-2 py-1.5 text-[11px] shadow-float"
      style={{ left: Math.max(4, left), top: Math.max(0, Math.min(y - 20, size.height - 70)), width: WIDTH }}
    >
      <p className="truncate font-medium">{item.root?.service ?? "Root missing"}</p>
      <p className="truncate text-ink-2">{item.root?.operation ?? item.id}</p>
      <p className="mt-0.5 text-ink-2 tabular-nums">{facts(item).join(" · ")}</p>
    </div>
  );
}
