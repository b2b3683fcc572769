"use client";

import { useSyncExternalStore } from "react";
import { currentSecond, serverSecond, subscribeSeconds } from "#components/shell/clock.ts";
import { useFilterCommand } from "#components/shell/use-filter-command.ts";
import { Chip } from "#components/ui/chip.tsx";
import { Choices } from "#components/ui/choices.tsx";
import type { ChangeRecord } from "#lib/api/policies.ts";
import { formatCount, formatPlural } from "#lib/format.ts";
import { useSession } from "#lib/query/session.tsx";
import { FilterField } from "../list/toolbar.tsx";
import { type ChangesState, sourceChoices, takeBackClusters } from "./rows.ts";

/** As far back as one plan takes everything back; the server's own limit. */
export const TAKE_BACK_S = 30 * 60;

/** Filter and sources; how many of how many; the way back from all of it. */
export function ChangesToolbar({
  state,
  change,
  records,
  shown,
  onTakeBack,
}: {
  readonly state: ChangesState;
  readonly change: (patch: Partial<ChangesState>, how?: "push" | "replace") => void;
  readonly records: readonly ChangeRecord[];
  readonly shown: number;
  readonly onTakeBack: (cluster: string) => void;
}) {
  const field = useFilterCommand("the changes");
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2 max-sm:px-2">
      <FilterField
        ref={field}
        value={state.text}
        label="Filter the changes"
        placeholder="Filter by object, person, note ( / )"
        onChange={(text) => change({ text }, "replace")}
      />
      <Choices
        legend="Sources"
        items={sourceChoices(records, state.sources)}
        chosen={state.sources}
        onChange={(sources) => change({ sources })}
      />
      <span role="status" className="text-ink-3 tabular-nums">
        {shown === records.length
          ? formatPlural(shown, "change")
          : `${formatCount(shown)} of ${formatPlural(records.length, "change")}`}
      </span>
      <span className="grow" />
      <TakeBack records={records} onTakeBack={onTakeBack} />
    </div>
  );
}

/** One button a cluster in which something can be taken back: a plan is one cluster's. */
function TakeBack({
  records,
  onTakeBack,
}: {
  readonly records: readonly ChangeRecord[];
  readonly onTakeBack: (cluster: string) => void;
}) {
  const { session } = useSession();
  const now = useSyncExternalStore(subscribeSeconds, currentSecond, serverSecond);
  const clusters = now === 0 ? [] : takeBackClusters(records, now, TAKE_BACK_S);
  const many = new Set(records.map(({ object }) => object.cluster)).size > 1;
  const guest = session.role !== "user";
  const title = guest ? "You look as a guest: sign in to change anything." : undefined;
  return clusters.map((cluster) => (
    <Chip key={cluster} disabled={guest} title={title} onClick={() => onTakeBack(cluster)}>
      Take back the last 30 minutes{many ? ` in ${cluster}` : ""}
    </Chip>
  ));
}
