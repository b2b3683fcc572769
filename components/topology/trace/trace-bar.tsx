"use client";

import Link from "next/link";
import { useEffect } from "react";
import { sayInstant } from "#components/shell/instant.ts";
import { useLive, useLiveStatus } from "#components/shell/live-context.tsx";
import type { TraceShown } from "#components/shell/url-state.ts";
import { useUrl } from "#components/shell/use-url.ts";
import { useAnswer, useTrace } from "#components/traces/one/use-trace.ts";
import { Chip, ChipText } from "#components/ui/chip.tsx";
import type { TraceState } from "#lib/live/trace/messages.ts";
import { durationText } from "#lib/tracing/view/words.ts";
import { Banner, useAct } from "../notice-view.tsx";
import { traceNotice } from "../notices.ts";
import { tracePageHref } from "./links.ts";
import { TraceRoom } from "./trace-room.tsx";
import { endOf, onMapText, whyNotThen } from "./words.ts";

const ALL = {};

/** Reads the trace that the address names, has the worker draw where it went, and says which it is and what of it is there. */
export function TraceBar({ trace }: { readonly trace: TraceShown }) {
  const live = useLive();
  const { kiosk } = useUrl().state;
  const { handle, state, again } = useTrace(trace.id, trace.backends, true);
  const act = useAct(again);
  const picture = state.phase === "shown" ? state.picture : null;
  const places = useAnswer(handle, picture, "places", ALL)?.answer ?? null;
  useEffect(() => live?.trace(places), [live, places]);
  useEffect(() => () => live?.trace(null), [live]);
  if (state.phase === "failed") {
    return (
      <div className="px-4 pt-1 pb-2" role="status">
        <Banner notice={traceNotice(state.problem)} onAct={act} />
      </div>
    );
  }
  if (kiosk) return null;
  return state.phase === "reading" ? <TraceRoom /> : <Bar trace={trace} state={state} />;
}

function Bar({ trace, state }: { readonly trace: TraceShown; readonly state: TraceState & { phase: "shown" } }) {
  const { head, picture } = state;
  const { go, state: url } = useUrl();
  const status = useLiveStatus();
  const { main } = picture;
  const service = picture.services[picture.service[main] ?? -1] || "no service name";
  const name = picture.names[picture.name[main] ?? -1] || "no name";
  const then = endOf(head);
  const isThen = url.view.at === then;
  const why = whyNotThen(then, url, status);
  return (
    <section
      aria-label="Trace on the map"
      data-testid="trace-bar"
      className="flex min-h-9 shrink-0 flex-wrap items-center gap-x-2 gap-y-1 px-4 pb-1"
    >
      <ChipText tone="on">
        <span>Trace</span>
        <bdi className="max-w-52 truncate" title={service}>
          {service}
        </bdi>
        <bdi className="max-w-64 truncate font-normal" title={name}>
          {name}
        </bdi>
      </ChipText>
      <span className="text-ink-2 tabular-nums">
        <time dateTime={head.start}>{sayInstant(head.start)}</time> · {durationText(picture.totalNs)}
      </span>
      <p role="status" className="min-w-0 text-ink-2 wrap-anywhere">
        {status.trace === null ? "" : onMapText(status.trace, head)}
      </p>
      <div className="ml-auto flex flex-wrap items-center gap-2">
        <Link
          href={tracePageHref(trace)}
          prefetch={false}
          className="inline-flex h-7 items-center rounded-md border border-line bg-raised px-2.5 text-ink-2 hover:border-line-strong hover:text-ink"
        >
          Open the trace
        </Link>
        <Chip
          tone={isThen ? "on" : "quiet"}
          aria-pressed={isThen}
          disabled={why !== null}
          title={why ?? "The numbers of the window in which the trace ended"}
          onClick={() => go({ view: { at: isThen ? null : then } })}
        >
          Show the graph of then
        </Chip>
        <Chip tone="quiet" onClick={() => go({ trace: null })}>
          Stop showing
        </Chip>
      </div>
    </section>
  );
}
