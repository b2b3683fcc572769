import { clsx } from "clsx";
import Link from "next/link";
import type { ReactNode } from "react";
import { sayInstant } from "#components/shell/instant.ts";
import { Name } from "#components/ui/name.tsx";
import { StateMark } from "#components/ui/state-mark.tsx";
import type { TraceItem } from "#lib/api/traces.ts";
import { formatCount, formatMs, formatPlural, NO_DATA } from "#lib/format.ts";
import { ownTraceId } from "#lib/live/trace/file-id.ts";
import { milliseconds } from "#lib/units.ts";
import { traceHref } from "./state.ts";

/** More services than this are counted: the whole list is in the title. */
const SHOWN = 3;

/** One row. `longest`: milliseconds at which the duration's bar is full. */
export function TraceCells({
  item,
  longest,
  manyBackends,
  children,
}: {
  readonly item: TraceItem;
  readonly longest: number;
  readonly manyBackends: boolean;
  /** What chooses it. */
  readonly children: ReactNode;
}) {
  const failed = item.errors !== null && item.errors > 0;
  return (
    <>
      <span role="cell" className="grid place-items-center">
        {children}
      </span>
      <span role="cell" className="min-w-0">
        <Link
          href={traceHref(item)}
          prefetch={false}
          className="flex min-w-0 items-center gap-1.5 underline-offset-2 hover:underline"
        >
          {failed ? <StateMark state="failing" silent /> : <span className="size-4 shrink-0" />}
          <Root item={item} />
        </Link>
      </span>
      <Services item={item} />
      <span role="cell" className="text-right tabular-nums">
        {item.spans === null ? <Untold /> : formatCount(item.spans)}
        {item.hidden !== undefined && (
          <span className="sr-only">, {formatPlural(item.hidden.spans, "span")} hidden from you</span>
        )}
      </span>
      <span role="cell" className={clsx("text-right tabular-nums", failed ? "text-failing" : "text-ink-3")}>
        {item.errors === null ? <Untold /> : formatCount(item.errors)}
      </span>
      <span role="cell" className="flex items-center gap-2 tabular-nums">
        <span className="w-[60px] shrink-0 text-right whitespace-nowrap">
          {formatMs(milliseconds(item.durationMs))}
        </span>
        <span aria-hidden="true" className="h-1 grow rounded-sm bg-sunken">
          <span
            className={clsx("block h-full min-w-px rounded-sm", failed ? "bg-failing" : "bg-ink-3")}
            style={{ width: `${longest > 0 ? (item.durationMs / longest) * 100 : 0}%` }}
          />
        </span>
      </span>
      <span role="cell" className="truncate text-ink-2 tabular-nums">
        <time dateTime={item.start} title={item.start}>
          {sayInstant(item.start)}
        </time>
      </span>
      {manyBackends && (
        <span role="cell" className="min-w-0 text-ink-2">
          <Name text={item.backend} />
        </span>
      )}
    </>
  );
}

function Root({ item }: { readonly item: TraceItem }) {
  if (item.root === null)
    return (
      <span className="truncate text-ink-2" title="No span without a caller has come, or you may not see it.">
        Root missing <span className="font-mono text-[11px]">{ownTraceId(item.id).slice(0, 16)}</span>
      </span>
    );
  const { service, operation } = item.root;
  return (
    <bdi className="truncate" title={`${service}: ${operation} (${ownTraceId(item.id)})`}>
      <span className="font-medium">{service}</span> <span className="text-ink-2">{operation}</span>
    </bdi>
  );
}

/** Those with failures first, then by spans; the rest is a number. */
function Services({ item }: { readonly item: TraceItem }) {
  const counts = item.counts.toSorted((a, b) => b.errors - a.errors || b.spans - a.spans || (a.name < b.name ? -1 : 1));
  const words = ({ name, spans, errors }: (typeof counts)[number]) =>
    `${name}: ${formatPlural(spans, "span")}${errors > 0 ? `, ${errors} failed` : ""}`;
  const rest = counts.length - SHOWN;
  return (
    <span role="cell" className="flex min-w-0 items-center gap-2 text-ink-2" title={counts.map(words).join("\n")}>
      {counts.slice(0, SHOWN).map((count) => (
        <span
          key={count.name}
          className={clsx("flex min-w-0 items-baseline gap-1", count.errors > 0 && "text-failing")}
        >
          {count.errors > 0 && <span aria-hidden="true">✕</span>}
          <Name text={count.name} />
          <span className={clsx("text-[11px] tabular-nums", count.errors === 0 && "text-ink-3")}>{count.spans}</span>
        </span>
      ))}
      {rest > 0 && <span className="shrink-0 text-[11px] text-ink-3">+{rest}</span>}
    </span>
  );
}

/** The backend's summaries don't say. */
function Untold() {
  return (
    <span className="text-ink-3" title="The backend doesn’t say">
      {NO_DATA}
    </span>
  );
}
