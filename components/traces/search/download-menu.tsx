"use client";

import { useEffect, useState } from "react";
import { saveText } from "#components/policies/plan/save.ts";
import { Chip } from "#components/ui/chip.tsx";
import { Floating } from "#components/ui/floating.tsx";
import type { PopoverBodyProps } from "#components/ui/popover-button.tsx";
import type { TraceItem } from "#lib/api/traces.ts";
import { formatPlural } from "#lib/format.ts";
import type { Format } from "#lib/tracing/decode.ts";
import { MOST_TRACES, takeTraces } from "./take-traces.ts";

const FORMATS: readonly { readonly format: Format; readonly title: string }[] = [
  { format: "otlp", title: "OpenTelemetry" },
  { format: "jaeger", title: "Jaeger" },
  { format: "zipkin", title: "Zipkin" },
];

/** The listed traces, whole, as one file. Closing it gives up what is under way. */
export function DownloadMenu({ anchor, onClose, rows }: PopoverBodyProps & { readonly rows: readonly TraceItem[] }) {
  const [work, setWork] = useState<AbortController | null>(null);
  const [said, say] = useState("");
  useEffect(() => () => work?.abort(), [work]);
  const count = Math.min(rows.length, MOST_TRACES);
  const take = async (format: Format) => {
    const controller = new AbortController();
    setWork(controller);
    say(`Reading ${formatPlural(count, "trace")}…`);
    try {
      const taken = await takeTraces(rows, format, (done) => say(`${done} of ${count} read…`), controller.signal);
      if (taken.traces > 0) saveText(`traces-${format}-${taken.traces}.json`, taken.text, "application/json");
      const lost =
        taken.failed === 0 ? "" : ` ${formatPlural(taken.failed, "trace")} could not be read and are left out.`;
      say(taken.traces === 0 ? "None of them could be read." : `Saved by your browser’s downloads.${lost}`);
    } catch {
      say("");
    }
    setWork(null);
  };
  return (
    <Floating anchor={anchor} onClose={onClose} label="Download" align="end">
      <div className="w-72 p-3">
        <h2 className="eyebrow">Listed traces, as JSON</h2>
        <p className="mt-1.5 text-ink-2">
          {count < rows.length
            ? `The first ${count} of ${formatPlural(rows.length, "trace")}, with every span that you may see.`
            : "With every span that you may see."}
        </p>
        <div className="mt-2 flex flex-wrap gap-2">
          {FORMATS.map(({ format, title }) => (
            <Chip key={format} disabled={work !== null || count === 0} onClick={() => void take(format)}>
              {title}
            </Chip>
          ))}
        </div>
        <p role="status" className="mt-2 min-h-5 text-[11px] text-ink-3">
          {said}
        </p>
      </div>
    </Floating>
  );
}
