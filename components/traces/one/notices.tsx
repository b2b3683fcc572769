"use client";

import Link from "next/link";
import { useState } from "react";
import { Notice } from "#components/policies/notice.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { formatCount, formatPlural } from "#lib/format.ts";
import type { WarningSum } from "#lib/live/trace/messages.ts";
import { useModel } from "./model.tsx";
import { SpanName } from "./row.tsx";
import { warningTitle } from "./words.ts";

/** What is missing of the trace, and what is odd about it: said above the rows, with all of it on request. */
export function TraceNotices() {
  const { head } = useModel();
  const [open, setOpen] = useState(false);
  const { partial, hidden, problems, warnings, also = [] } = head;
  const shown = warnings.filter(({ code }) => code !== "hidden" && code !== "partial");
  const missing = problems.length + also.length;
  if (partial === null && hidden === undefined && missing === 0 && shown.length === 0) return null;
  return (
    <div className="flex max-h-[40vh] shrink-0 flex-col gap-2 overflow-auto px-4 pb-2 max-sm:px-2">
      {partial !== null && (
        <Notice tone="degraded" title="Not all of it is here." role="status">
          {partial.detail}
        </Notice>
      )}
      {hidden !== undefined && (
        <Notice title="Part of it is hidden." role="status">
          {formatPlural(hidden.spans, "span")}
          {hidden.errors > 0 && `, ${formatCount(hidden.errors)} of them failed,`} in namespaces that you may not see.
          What they called hangs from the nearest caller that you may.
        </Notice>
      )}
      {problems.map(({ source, detail }) => (
        <Notice key={source} tone="degraded" title={`Backend ${source} was not heard.`} role="status">
          {detail}
        </Notice>
      ))}
      {also.map(({ backend, spans }) => (
        <Notice
          key={backend}
          title={`Backend ${backend} has ${formatPlural(spans, "span")} of this trace too.`}
          action={
            <Link
              href={`/traces/${encodeURIComponent(head.id)}?${new URLSearchParams({ backends: backend })}`}
              prefetch={false}
              className="inline-flex h-7 items-center rounded-md border border-line bg-raised px-2.5 hover:border-line-strong"
            >
              Show those
            </Link>
          }
        >
          Shown are those of {head.backend}.
        </Notice>
      ))}
      {shown.length > 0 && (
        <Notice
          tone="degraded"
          title={summaryText(shown)}
          action={
            <Chip tone="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
              {open ? "Less" : "Show"}
            </Chip>
          }
        >
          {open && <WarningList warnings={shown} />}
        </Notice>
      )}
    </div>
  );
}

/** `Clocks disagree (3 spans). Caller missing.` */
function summaryText(warnings: readonly WarningSum[]): string {
  const said = warnings.map(({ code, count, rows }) =>
    rows.length === 0 ? warningTitle(code) : `${warningTitle(code)} (${formatPlural(count, "span")})`,
  );
  return `◣ ${[...new Set(said)].join(". ")}.`;
}

function WarningList({ warnings }: { readonly warnings: readonly WarningSum[] }) {
  const { picture, select } = useModel();
  return (
    <dl className="mt-1">
      {warnings.map(({ code, count, detail, rows }) => (
        <div key={`${code} ${detail}`} className="border-t border-line py-1.5">
          <dt className="font-semibold">{warningTitle(code)}</dt>
          <dd className="text-ink-2">
            <p>{count > 1 ? `${formatPlural(count, "span")}; the first: ${detail}` : detail}</p>
            {rows.length > 0 && (
              <ul className="mt-1 flex flex-wrap gap-2">
                {rows.slice(0, LINKED).map((row) => (
                  <li key={row} className="max-w-80">
                    <button type="button" onClick={() => select(row)} className="flex max-w-full text-accent">
                      <SpanName picture={picture} row={row} />
                    </button>
                  </li>
                ))}
                {count > LINKED && <li className="text-ink-3">and {formatCount(count - LINKED)} more, marked ◣</li>}
              </ul>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Spans of one kind of warning that are named. */
const LINKED = 8;
