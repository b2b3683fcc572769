"use client";

import { Checklist } from "#components/ui/checklist.tsx";
import { Floating } from "#components/ui/floating.tsx";
import type { PopoverBodyProps } from "#components/ui/popover-button.tsx";
import { useSession } from "#lib/query/session.tsx";
import { useScopeChange } from "./use-scope-change.ts";
import { useUrl } from "./use-url.ts";

export function ClusterPicker({ anchor, onClose }: PopoverBodyProps) {
  const { state } = useUrl();
  const change = useScopeChange();
  const { clusters } = useSession().session;
  return (
    <Floating anchor={anchor} onClose={onClose} label="Clusters">
      <Checklist
        legend="Clusters"
        items={clusters.map((value) => ({ value }))}
        chosen={state.view.clusters}
        onChange={(chosen) => change({ clusters: chosen })}
      />
    </Floating>
  );
}
