"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import { useUrl } from "#components/shell/use-url.ts";
import { Fact, Section } from "#components/ui/section.tsx";
import { formatCount } from "#lib/format.ts";
import type { ScopeInTrace as ScopeSum } from "#lib/live/scope-trace.ts";
import type { CallSum, PlaceSum, SpanOf } from "#lib/tracing/view/places.ts";
import { durationText } from "#lib/tracing/view/words.ts";
import { tracePageHref } from "./links.ts";

/** What the trace that is drawn did in one mark. Nothing where it didn't go there. */
export function NodeInTrace({ sum }: { readonly sum: PlaceSum | undefined }) {
  if (sum === undefined) return null;
  return (
    <InTrace first={sum.first} of={sum.spans}>
      <Fact name="Spans">{formatCount(sum.spans)}</Fact>
      <Fact name="Time spent here" title="What its spans did themselves; what ran at once counts for each">
        {durationText(sum.selfNs)}
      </Fact>
      <Fact name="Failed">{formatCount(sum.failed)}</Fact>
    </InTrace>
  );
}

/** The trace's calls of one edge. */
export function EdgeInTrace({ sum }: { readonly sum: CallSum | undefined }) {
  if (sum === undefined) return null;
  return (
    <InTrace first={sum.first} of={sum.calls}>
      <Fact name="Calls">{formatCount(sum.calls)}</Fact>
      {sum.attempts > sum.calls && <Fact name="Attempts">{formatCount(sum.attempts)}</Fact>}
      <Fact name="Time" title="As the caller saw it; calls at once count for each">
        {durationText(sum.ns)}
      </Fact>
      <Fact name="Failed">{formatCount(sum.failed)}</Fact>
    </InTrace>
  );
}

/** What it did in a box, or in all of the view. */
export function ScopeInTrace({ went }: { readonly went: ScopeSum | undefined }) {
  if (went === undefined) return null;
  const { sum, marks, calls } = went;
  return (
    <InTrace first={sum.first} of={sum.spans}>
      <Fact name="Marks it went through">{formatCount(marks)}</Fact>
      <Fact name="Spans">{formatCount(sum.spans)}</Fact>
      <Fact name="Calls within">{formatCount(calls.within)}</Fact>
      {calls.inbound > 0 && <Fact name="Calls into it">{formatCount(calls.inbound)}</Fact>}
      {calls.outbound > 0 && <Fact name="Calls out of it">{formatCount(calls.outbound)}</Fact>}
      <Fact name="Time spent here" title="What its spans did themselves; what ran at once counts for each">
        {durationText(sum.selfNs)}
      </Fact>
      <Fact name="Failed">{formatCount(sum.failed)}</Fact>
    </InTrace>
  );
}

function InTrace({
  first,
  of,
  children,
}: {
  readonly first: readonly SpanOf[];
  readonly of: number;
  readonly children: ReactNode;
}) {
  const { trace } = useUrl().state;
  if (trace === null) return null;
  return (
    <Section
      title="In this trace"
      aside={first.length < of ? `${formatCount(first.length)} of ${formatCount(of)} spans below` : undefined}
    >
      <dl>{children}</dl>
      <ul className="border-t border-line pt-2">
        {first.map(({ key, name, ns, failed }) => (
          <li key={key} className="flex items-baseline justify-between gap-3 py-0.5">
            <Link
              href={tracePageHref(trace, key)}
              prefetch={false}
              className="min-w-0 truncate text-accent underline-offset-2 hover:underline"
            >
              <bdi title={name}>{name || "no name"}</bdi>
            </Link>
            <span className="shrink-0 text-ink-2 tabular-nums">
              {failed && <span className="text-failing">✕ failed </span>}
              {durationText(ns)}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
