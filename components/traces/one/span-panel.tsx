"use client";

import { type Ref, useMemo, useState } from "react";
import { SidePanel } from "#components/shell/side-panel.tsx";
import { useModel } from "./model.tsx";
import { SpanEvents, SpanLinks } from "./span-events.tsx";
import { SpanFacts } from "./span-facts.tsx";
import { SpanHeat } from "./span-heat.tsx";
import { SpanLogs } from "./span-logs.tsx";
import { SpanPolicies } from "./span-policies.tsx";
import { TagTable } from "./tag-table.tsx";
import { useAnswer } from "./use-trace.ts";

/** Everything about the selected span; stands beside the rows, on a narrow screen under them. */
export function SpanPanel({ body }: { readonly body: Ref<HTMLDivElement> }) {
  const { handle, head, picture, selected, select } = useModel();
  const ask = useMemo(() => (selected < 0 ? null : { row: selected }), [selected]);
  const detail = useAnswer(handle, picture, "detail", ask)?.answer ?? null;
  /** From one span to the next: who compares one looks at others too. */
  const [compared, compare] = useState(false);
  const name = picture.names[picture.name[selected] ?? 0] || "no name";
  return (
    <SidePanel
      label={selected < 0 ? "Span" : `Span ${name}`}
      testId="span-panel"
      className="max-md:fixed max-md:inset-x-0 max-md:bottom-0 max-md:h-[50vh] max-md:w-full! max-md:border-t max-md:border-l-0 max-md:shadow-float"
      onClose={() => select(null)}
    >
      <div ref={body} tabIndex={0} className="min-h-0 grow overflow-auto px-[18px] pt-4 pb-8 outline-offset-[-2px]">
        {selected < 0 ? (
          <Absent />
        ) : detail === null ? (
          <p className="text-ink-3">Reading…</p>
        ) : (
          <div key={detail.row}>
            <SpanFacts detail={detail} />
            <SpanHeat detail={detail} open={compared} onOpen={compare} />
            <SpanLogs traceId={head.id} detail={detail} />
            <SpanPolicies detail={detail} />
            <TagTable title="Tags" pairs={detail.attributes} />
            <SpanEvents events={detail.events} />
            <SpanLinks links={detail.links} />
            <TagTable title="Process" pairs={detail.resource} />
          </div>
        )}
      </div>
    </SidePanel>
  );
}

/** Selected by a link, and not in what the backend has of the trace now. */
function Absent() {
  const { view } = useModel();
  return (
    <div className="pr-8">
      <h2 className="text-[15px] font-semibold">This span is not there</h2>
      <p className="mt-2 text-ink-2 wrap-anywhere">
        The address names span <code className="font-mono">{view.span}</code>, which this trace doesn’t have: it was not
        sent, not kept, or you may not see it.
      </p>
    </div>
  );
}
