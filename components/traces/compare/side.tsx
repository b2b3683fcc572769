"use client";

import Link from "next/link";
import { Chip } from "#components/ui/chip.tsx";
import { formatPlural } from "#lib/format.ts";
import type { WarningSum } from "#lib/live/trace/messages.ts";
import type { TracePicture } from "#lib/tracing/view/picture.ts";
import { durationText, signedText } from "#lib/tracing/view/words.ts";
import type { TraceSource } from "../one/use-trace.ts";

/** One of the two: what it is, or why it isn't here. */
export function Side({
  title,
  source: { state, again },
  href,
  than,
}: {
  readonly title: string;
  readonly source: TraceSource;
  readonly href: string;
  /** The trace it is compared with; null: it is the first, or that isn't there yet. */
  readonly than: TracePicture | null;
}) {
  return (
    <section aria-label={`${title} trace`} className="min-w-0 bg-bg px-4 py-3 max-sm:px-2">
      <h2 className="eyebrow">{title}</h2>
      {state.phase === "reading" && <p className="mt-2 text-ink-3">Reading the trace…</p>}
      {state.phase === "failed" && (
        <div role="alert" className="mt-2">
          <p className="text-failing wrap-anywhere">{state.problem.detail}</p>
          <Chip className="mt-2" onClick={again}>
            Retry now
          </Chip>
        </div>
      )}
      {state.phase === "shown" && (
        <>
          <Link
            href={href}
            prefetch={false}
            className="name mt-2 text-[15px] font-semibold underline-offset-2 hover:underline"
          >
            <bdi>{titleOf(state.picture)}</bdi>
          </Link>
          <p className="mt-0.5 flex flex-wrap gap-x-3 text-ink-2 tabular-nums">
            <span>{durationText(state.picture.totalNs)}</span>
            {than !== null && <span>{longerWords(state.picture.totalNs - than.totalNs)}</span>}
            <span>{formatPlural(state.picture.length, "span")}</span>
            <Failures picture={state.picture} />
            <span>from {state.head.backend}</span>
          </p>
          {state.head.partial !== null && <p className="mt-1 text-degraded">◣ {state.head.partial.detail}</p>}
          <Moved warnings={state.head.warnings} />
          {state.head.hidden !== undefined && (
            <p className="mt-1 text-ink-2">
              {formatPlural(state.head.hidden.spans, "span")} in namespaces that you may not see.
            </p>
          )}
        </>
      )}
    </section>
  );
}

const longerWords = (ns: number): string => (ns === 0 ? "as long as the first" : signedText(ns));

/** Corrected clocks are a part of what is compared, so it is said. */
function Moved({ warnings }: { readonly warnings: readonly WarningSum[] }) {
  const moved = warnings.filter(({ code }) => code === "clock-skew").reduce((sum, { count }) => sum + count, 0);
  if (moved === 0) return null;
  return (
    <p className="mt-1 text-degraded">
      ◣ Clocks disagree: {formatPlural(moved, "span")} {moved === 1 ? "was" : "were"} moved into the time of the call.
    </p>
  );
}

function Failures({ picture }: { readonly picture: TracePicture }) {
  const failed = picture.failed.reduce((sum, each) => sum + each, 0);
  return failed === 0 ? <span>none failed</span> : <span className="text-failing">✕ {failed} failed</span>;
}

function titleOf({ main, services, service, names, name }: TracePicture): string {
  return `${services[service[main] ?? -1] || "no service name"} ${names[name[main] ?? -1] || "no name"}`;
}
