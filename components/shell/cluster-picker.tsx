"use client";

import { useQuery } from "@tanstack/react-query";
import { Checklist } from "#components/ui/checklist.tsx";
import { Floating } from "#components/ui/floating.tsx";
import type { PopoverBodyProps } from "#components/ui/popover-button.tsx";
import { Remote } from "#components/ui/remote.tsx";
import { QueryProvider } from "#lib/query/client.tsx";
import { sessionQuery } from "#lib/query/scope.ts";
import { useScopeChange } from "./use-scope-change.ts";
import { useUrl } from "./use-url.ts";

export function ClusterPicker({ anchor, onClose }: PopoverBodyProps) {
  return (
    <QueryProvider>
      <Floating anchor={anchor} onClose={onClose} label="Clusters">
        <Clusters />
      </Floating>
    </QueryProvider>
  );
}

function Clusters() {
  const { state } = useUrl();
  const change = useScopeChange();
  const { data, error, refetch } = useQuery(sessionQuery());
  if (data === undefined) return <Remote error={error} retry={() => void refetch()} />;
  return (
    <Checklist
      legend="Clusters"
      items={data.clusters.map((value) => ({ value }))}
      chosen={state.view.clusters}
      onChange={(clusters) => change({ clusters })}
    />
  );
}
