"use client";

import Link from "next/link";
import { lazy, Suspense, useCallback, useRef } from "react";
import { Blank } from "#components/policies/notice.tsx";
import { useCommands } from "#components/shell/commands.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { useReady } from "#components/ui/ready.ts";
import type { Scroller } from "#components/ui/virtual-table.tsx";
import type { Problem } from "#lib/errors.ts";
import type { TraceHandle } from "#lib/live/trace/client.ts";
import type { TraceState } from "#lib/live/trace/messages.ts";
import { fileOfHref } from "../files/links.ts";
import { TraceHeader, Where } from "./header.tsx";
import { MinimapField } from "./minimap.tsx";
import { TraceProvider, useTraceModel } from "./model.tsx";
import { TraceNotices } from "./notices.tsx";
import { Timeline } from "./timeline.tsx";
import { Toolbar } from "./toolbar.tsx";
import { useTrace } from "./use-trace.ts";
import { useTraceCommands } from "./use-trace-commands.ts";
import { useTraceView, type ViewControl } from "./use-trace-view.ts";
import { spokenSpan } from "./words.ts";

const FlameGraph = lazy(async () => ({ default: (await import("./flame-graph.tsx")).FlameGraph }));
const CallGraphView = lazy(async () => ({ default: (await import("./call-graph.tsx")).CallGraphView }));
const Statistics = lazy(async () => ({ default: (await import("./statistics.tsx")).Statistics }));
const SpansTable = lazy(async () => ({ default: (await import("./spans-table.tsx")).SpansTable }));
const SpanPanel = lazy(async () => ({ default: (await import("./span-panel.tsx")).SpanPanel }));

/** One trace: over time, as a flame graph, in sums, as a table; and each span with all that it says. */
export function TracePage({ id }: { readonly id: string }) {
  const control = useTraceView();
  const { backends, skew } = control.view;
  const { handle, state, again } = useTrace(id, backends, skew);
  return (
    <main className="flex min-h-0 min-w-0 flex-col max-md:overflow-auto short:overflow-auto">
      {handle !== null && state.phase === "shown" ? (
        <Shown handle={handle} shown={state} control={control} />
      ) : (
        <>
          <div className="px-4 pt-3 max-sm:px-2">
            <Where id={id} />
            <h1 className="sr-only">Trace</h1>
          </div>
          {state.phase === "failed" ? <Failed id={id} problem={state.problem} again={again} /> : <Reading />}
        </>
      )}
    </main>
  );
}

function Reading() {
  return (
    <p role="status" className="px-4 py-3 text-ink-3 max-sm:px-2">
      Reading the trace…
    </p>
  );
}

const TITLES: Partial<Record<Problem["code"], string>> = {
  not_found: "There is no such trace",
  bad_parameter: "This can’t be asked",
  forbidden: "You may not see it",
};

function Failed({
  id,
  problem,
  again,
}: {
  readonly id: string;
  readonly problem: Problem;
  readonly again: () => void;
}) {
  const file = fileOfHref(id);
  useReady(true);
  return (
    <Blank
      title={TITLES[problem.code] ?? "The trace could not be read"}
      tone="failing"
      action={
        file === null ? (
          <Chip onClick={again}>Retry now</Chip>
        ) : (
          <Link href={file} className="text-accent underline underline-offset-2">
            To the file
          </Link>
        )
      }
    >
      <bdi>{problem.detail}</bdi>
    </Blank>
  );
}

function Shown({
  handle,
  shown: { head, picture },
  control,
}: {
  readonly handle: TraceHandle;
  readonly shown: Extract<TraceState, { phase: "shown" }>;
  readonly control: ViewControl;
}) {
  const model = useTraceModel(handle, head, picture, control);
  const { view, selected } = model;
  const list = useRef<Scroller>(null);
  const field = useRef<HTMLInputElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const scroll = useCallback((pages: number) => list.current?.scroll(pages), []);
  const find = useCallback(() => field.current?.focus(), []);
  const open = useCallback(() => body.current?.focus(), []);
  useCommands(useTraceCommands(model, { scroll, find }));
  useReady(true);
  return (
    <TraceProvider value={model}>
      <TraceHeader />
      <TraceNotices />
      <Toolbar field={field} />
      {view.tab === "timeline" && <MinimapField />}
      <p role="status" aria-live="polite" className="sr-only">
        {selected < 0 ? "" : spokenSpan(picture, selected)}
      </p>
      <div className="flex min-h-0 min-w-0 grow max-md:min-h-[70vh] max-md:shrink-0 short:min-h-80 short:shrink-0">
        <div
          role="tabpanel"
          id="trace-view"
          aria-labelledby={`tab-${view.tab}`}
          className="flex min-h-0 min-w-0 grow flex-col"
        >
          <Suspense fallback={null}>
            {view.tab === "timeline" && <Timeline ref={list} onOpen={open} />}
            {view.tab === "flame" && <FlameGraph />}
            {view.tab === "graph" && <CallGraphView />}
            {view.tab === "statistics" && <Statistics ref={list} />}
            {view.tab === "spans" && <SpansTable ref={list} />}
          </Suspense>
        </div>
        {view.span !== null && (
          <Suspense fallback={null}>
            <SpanPanel body={body} />
          </Suspense>
        )}
      </div>
    </TraceProvider>
  );
}
