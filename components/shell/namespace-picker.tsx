"use client";

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Checklist, type ChecklistItem } from "#components/ui/checklist.tsx";
import { Floating } from "#components/ui/floating.tsx";
import type { PopoverBodyProps } from "#components/ui/popover-button.tsx";
import { Remote } from "#components/ui/remote.tsx";
import type { NamespaceItem } from "#lib/api/namespaces.ts";
import { formatPlural } from "#lib/format.ts";
import { QueryProvider } from "#lib/query/client.tsx";
import { namespacesQuery } from "#lib/query/scope.ts";
import { useScopeChange } from "./use-scope-change.ts";
import { useUrl } from "./use-url.ts";

export function NamespacePicker({ anchor, onClose }: PopoverBodyProps) {
  return (
    <QueryProvider>
      <Floating anchor={anchor} onClose={onClose} label="Namespaces">
        <Namespaces />
      </Floating>
    </QueryProvider>
  );
}

/** One row a name: a namespace that several clusters have is one choice, with the workloads of all of them. */
export function namespaceChoices(items: readonly NamespaceItem[], chosen: readonly string[]): readonly ChecklistItem[] {
  const counts = new Map<string, number>();
  for (const { name, workloads } of items) counts.set(name, (counts.get(name) ?? 0) + workloads);
  const known = [...counts].map(([value, workloads]) => ({ value, note: formatPlural(workloads, "workload") }));
  // A name that only the address has stays visible, or nobody could take it out again.
  const strange = chosen.filter((name) => !counts.has(name)).map((value) => ({ value, note: "not found" }));
  return [...strange, ...known];
}

function Namespaces() {
  const { state } = useUrl();
  const change = useScopeChange();
  const { clusters, namespaces } = state.view;
  const { data, error, refetch } = useQuery(namespacesQuery(clusters));
  const items = useMemo(() => namespaceChoices(data ?? [], namespaces), [data, namespaces]);
  if (data === undefined) return <Remote error={error} retry={() => void refetch()} />;
  return (
    <Checklist
      legend="Namespaces"
      items={items}
      chosen={namespaces}
      onChange={(chosen) => change({ namespaces: chosen })}
    />
  );
}
