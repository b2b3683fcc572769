"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useMemo } from "react";
import { Blank } from "#components/policies/notice.tsx";
import { type Command, useCommands } from "#components/shell/commands.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { useReady } from "#components/ui/ready.ts";
import { problemOf } from "#lib/errors.ts";
import { QueryProvider } from "#lib/query/client.tsx";
import { traceBackendsQuery } from "#lib/query/trace-search.ts";
import { tracesHref } from "../search/state.ts";
import { AnalysisForm } from "./form.tsx";
import { Nothing } from "./nothing.tsx";
import { Progress } from "./progress.tsx";
import { Results } from "./results.tsx";
import type { AnalysisAsked } from "./state.ts";
import { useAnalysis, useAsked } from "./use-analysis.ts";
import { useProblems } from "./use-problems.ts";

/** Where the time of many traces goes: what is asked for, how far it has come, and what came of it. */
export function AnalysisPage() {
  return (
    <QueryProvider>
      <main className="flex min-h-0 min-w-0 flex-col short:overflow-auto max-sm:overflow-auto">
        <Analysis />
      </main>
    </QueryProvider>
  );
}

function Analysis() {
  const backends = useQuery(traceBackendsQuery());
  const [asked, change] = useAsked();
  const items = backends.data?.items ?? [];
  const settled = backends.error !== null || backends.data !== undefined;
  useReady(settled);
  return (
    <>
      <Head asked={asked} />
      {backends.data === undefined ? (
        backends.error === null ? (
          <p className="border-y border-line px-4 py-[13px] text-ink-3">Reading…</p>
        ) : (
          <Blank
            title="The tracing backends could not be read"
            tone="failing"
            action={<Chip onClick={() => void backends.refetch()}>Retry now</Chip>}
          >
            {problemOf(backends.error).detail}
          </Blank>
        )
      ) : items.length === 0 ? (
        <Blank title="No tracing backend is configured">
          Meshscope reads traces from Jaeger, Zipkin or Grafana Tempo. Add one under <code>tracing</code> in the
          console’s configuration (docs/configuration.md has an example) and start it anew.
        </Blank>
      ) : (
        <Asked asked={asked} backends={items} change={change} />
      )}
    </>
  );
}

function Head({ asked: { service, operation, backends, lookback, start, end } }: { readonly asked: AnalysisAsked }) {
  return (
    <header className="px-4 pt-3 max-sm:px-2">
      <nav aria-label="Where" className="flex items-center gap-2 text-ink-3">
        <Link
          href={tracesHref({ service, operation, backends, lookback, start, end })}
          prefetch={false}
          className="text-ink-2 underline-offset-2 hover:underline"
        >
          Traces
        </Link>
        <span aria-hidden="true">/</span>
      </nav>
      <h1 className="mt-0.5 text-[19px] leading-tight font-semibold">Where the time goes</h1>
    </header>
  );
}

function Asked({
  asked,
  backends,
  change,
}: {
  readonly asked: AnalysisAsked;
  readonly backends: React.ComponentProps<typeof AnalysisForm>["backends"];
  readonly change: React.ComponentProps<typeof AnalysisForm>["onAsk"];
}) {
  const { state, again, stop } = useAnalysis(asked);
  const { phase, result } = state;
  const commands = useMemo<readonly Command[]>(
    () =>
      phase === "running"
        ? [{ id: "stop-analysis", title: "Stop the analysis", keys: ".", run: stop }]
        : [{ id: "start-analysis", title: "Start the analysis again", keys: ".", run: again }],
    [phase, stop, again],
  );
  useCommands(commands);
  const compared = asked.against !== null || asked.baseline !== "none";
  const done = phase === "done";
  return (
    <>
      <AnalysisForm asked={asked} backends={backends} onAsk={change} onAgain={again} />
      <Progress state={state} compared={compared} onStop={stop} onAgain={again} />
      <div
        className="min-h-0 grow short:overflow-visible overflow-y-auto max-sm:overflow-visible"
        aria-busy={phase === "running"}
        data-testid="analysis"
        data-phase={phase}
      >
        {phase === "idle" && <Choose asked={asked} />}
        {result !== null && (done || result.sample.traces > 0) && (
          <Shown result={result} asked={asked} onChange={change} />
        )}
      </div>
    </>
  );
}

function Shown({
  result,
  asked,
  onChange,
}: Omit<React.ComponentProps<typeof Results>, "by"> & { readonly asked: AnalysisAsked }) {
  return result.sample.traces === 0 ? (
    <Nothing result={result} asked={asked} onChange={onChange} />
  ) : (
    <Results result={result} by={asked.by} onChange={onChange} />
  );
}

/** Nothing can be asked yet: what is missing for it. */
function Choose({ asked }: { readonly asked: AnalysisAsked }) {
  const { time, baseline } = useProblems(asked);
  return (
    <Blank title={asked.service === "" ? "Whose time?" : "This can’t be asked"}>
      {asked.service !== "" ? (
        (time ?? baseline)
      ) : (
        <>
          Choose a service above. Up to a thousand of its traces are read over the window, and as many of the one it is
          compared with; then you see what their time is made of: the service’s own work, waiting for others, retries,
          calls one by one, and gaps that no span explains.
        </>
      )}
    </Blank>
  );
}
