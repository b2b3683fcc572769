"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { problemOf } from "#lib/errors.ts";
import { refKey } from "#lib/policy/ref.ts";
import { outcomeQuery } from "#lib/query/outcome.ts";
import { UndoButton } from "../after/undo-button.tsx";
import { DryRunResults } from "../dry-run/dry-run-results.tsx";
import { Notice } from "../notice.tsx";
import { OutcomeView } from "./outcome-view.tsx";

const READ_MS = 5000;

/** What became of a change, read again while it is looked at. `undo`: offered here where something got worse. */
export function ChangeOutcome({
  changeId,
  watching,
  undo = false,
}: {
  readonly changeId: string;
  readonly watching: boolean;
  readonly undo?: boolean;
}) {
  const [undone, setUndone] = useState(false);
  const { data, error } = useQuery({
    ...outcomeQuery(changeId),
    retry: false,
    refetchInterval: ({ state }) => (watching && !undone && state.data?.ended == null ? READ_MS : false),
  });
  if (data === undefined) return <Waiting error={error} />;
  return (
    <div className="mt-2 flex flex-col gap-2">
      {error !== null && (
        <Notice tone="degraded" title="Not refreshed.">
          {problemOf(error).detail}
        </Notice>
      )}
      <OutcomeView outcome={data} />
      {data.objects.map(({ object, op }) =>
        op !== "delete" && object.kind === "AuthorizationPolicy" && object.namespace !== null ? (
          <DryRunResults
            key={refKey(object)}
            cluster={object.cluster}
            namespace={object.namespace}
            workload={null}
            only={object}
          />
        ) : null,
      )}
      {undo && data.adverse && (
        <UndoButton changeIds={data.objects.map((each) => each.changeId)} onUndone={() => setUndone(true)} />
      )}
    </div>
  );
}

function Waiting({ error }: { readonly error: unknown }) {
  if (error === null) return <p className="mt-2 text-ink-3">Reading what the traffic did since…</p>;
  return (
    <Notice tone="degraded" role="status" title="What became of it can’t be told.">
      {problemOf(error).detail}
    </Notice>
  );
}
