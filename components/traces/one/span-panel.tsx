"use client";

import { type Ref, useMemo, useState } from "react";
import { PanelResizer } from "#components/shell/panel-resizer.tsx";
import { usePreferences } from "#components/shell/preferences-context.tsx";
import { Icon } from "#components/ui/icon.tsx";
import { useModel } from "./model.tsx";
import { SpanEvents, SpanLinks } from "./span-events.tsx";
import { SpanFacts } from "./span-facts.tsx";
import { TagTable } from "./tag-table.tsx";
import { useAnswer } from "./use-trace.ts";

/** Everything about the selected span; stands beside the rows, on a narrow screen under them. */
export function SpanPanel({ body }: { readonly body: Ref<HTMLDivElement> }) {
  const { handle, picture, selected, select } = useModel();
  const { preferences, change } = usePreferences();
  const [width, setWidth] = useState(preferences.panelWidth);
  const ask = useMemo(() => (selected < 0 ? null : { row: selected }), [selected]);
  const detail = useAnswer(handle, picture, "detail", ask)?.answer ?? null;
  const name = picture.names[picture.name[selected] ?? 0] || "no name";
  return (
    <aside
      aria-label={selected < 0 ? "Span" : `Span ${name}`}
      data-testid="span-panel"
      style={{ width }}
      className="relative flex min-h-0 shrink-0 flex-col border-l border-line bg-raised max-md:fixed max-md:inset-x-0 max-md:bottom-0 max-md:z-20 max-md:h-[50vh] max-md:w-full! max-md:border-t max-md:border-l-0 max-md:shadow-float"
    >
      <PanelResizer width={width} onResize={setWidth} onDone={(panelWidth) => change({ panelWidth })} />
      <button
        type="button"
        aria-label="Close"
        title="Close (Esc)"
        onClick={() => select(null)}
        className="absolute top-3 right-3 z-10 grid size-7 place-items-center rounded-md text-ink-3 hover:bg-sunken hover:text-ink"
      >
        <Icon name="close" size={15} />
      </button>
      <div ref={body} tabIndex={0} className="min-h-0 grow overflow-auto px-[18px] pt-4 pb-8 outline-offset-[-2px]">
        {selected < 0 ? (
          <Absent />
        ) : detail === null ? (
          <p className="text-ink-3">Reading…</p>
        ) : (
          <div key={detail.row}>
            <SpanFacts detail={detail} />
            <TagTable title="Tags" pairs={detail.attributes} />
            <SpanEvents events={detail.events} />
            <SpanLinks links={detail.links} />
            <TagTable title="Process" pairs={detail.resource} />
          </div>
        )}
      </div>
    </aside>
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
