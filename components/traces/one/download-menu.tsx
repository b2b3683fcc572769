"use client";

import { useState } from "react";
import { saveText } from "#components/policies/plan/save.ts";
import { Chip } from "#components/ui/chip.tsx";
import { Floating } from "#components/ui/floating.tsx";
import type { PopoverBodyProps } from "#components/ui/popover-button.tsx";
import { ownTraceId } from "#lib/live/trace/file-id.ts";
import type { Format } from "#lib/tracing/decode.ts";
import { useModel } from "./model.tsx";

const FORMATS: readonly (readonly [format: Format, title: string])[] = [
  ["otlp", "OTLP JSON"],
  ["jaeger", "Jaeger JSON"],
  ["zipkin", "Zipkin JSON"],
];

/** The trace as a file that other tools read, with what the viewer may see of it. */
export function DownloadMenu({ anchor, onClose }: PopoverBodyProps) {
  const { handle, head } = useModel();
  const [said, say] = useState("");
  const save = async (format: Format) => {
    say("Writing…");
    const text = await handle.ask("file", { format });
    if (text === null) {
      say("The trace is being read anew. Try again in a moment.");
      return;
    }
    saveText(`trace-${ownTraceId(head.id)}-${format}.json`, text, "application/json");
    say("Saved by your browser's downloads.");
  };
  return (
    <Floating anchor={anchor} onClose={onClose} label="Download" align="end">
      <div className="w-72 p-3">
        <p className="text-ink-2">As the backend has it, without corrected clocks.</p>
        <div className="mt-2 flex flex-wrap gap-2">
          {FORMATS.map(([format, title]) => (
            <Chip key={format} onClick={() => void save(format)}>
              {title}
            </Chip>
          ))}
        </div>
        <p role="status" className="mt-2 text-ink-2 empty:hidden">
          {said}
        </p>
      </div>
    </Floating>
  );
}
