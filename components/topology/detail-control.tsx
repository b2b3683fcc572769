"use client";

import { lazy } from "react";
import { useLiveStatus } from "#components/shell/live-context.tsx";
import { useUrl } from "#components/shell/use-url.ts";
import { Chip, ChipText } from "#components/ui/chip.tsx";
import { PopoverButton } from "#components/ui/popover-button.tsx";
import { formatCount, formatPlural } from "#lib/format.ts";
import { LENS_WORDS } from "./names.ts";

const ViewPicker = lazy(async () => ({ default: (await import("./view-picker.tsx")).ViewPicker }));

/** What a mark stands for, and, where groups stand for workloads, how many and the way to all of them. */
export function DetailControl() {
  const { state, go } = useUrl();
  const { drawn, hiddenWorkloads, nodes } = useLiveStatus();
  return (
    <>
      <PopoverButton tone="quiet" body={(props) => <ViewPicker {...props} />}>
        {LENS_WORDS[state.view.lens]}
      </PopoverButton>
      {drawn === "groups" && (
        <ChipText data-testid="detail">
          showing {formatPlural(nodes, "group")}
          {hiddenWorkloads > 0 ? ` of ${formatCount(hiddenWorkloads)} workloads` : ""}
          <button type="button" className="text-accent" onClick={() => go({ detail: "workloads" })}>
            Draw all
          </button>
        </ChipText>
      )}
      {drawn === "workloads" && state.detail === "workloads" && (
        <Chip tone="quiet" onClick={() => go({ detail: "auto" })} title="Workloads up to 150 marks, groups above">
          Group again
        </Chip>
      )}
    </>
  );
}
