"use client";

import { Chip } from "#components/ui/chip.tsx";
import { Section } from "#components/ui/section.tsx";
import type { ChangeRecord } from "#lib/api/policies.ts";
import { diffManifests } from "#lib/policy/diff.ts";
import type { ObjectRef } from "#lib/policy/ref.ts";
import { DiffLines } from "../plan/diff-lines.tsx";
import { When } from "../when.tsx";
import { missingRight } from "./rights.ts";

const DONE = { create: "created", update: "changed", delete: "deleted" } as const;
const STATES: Readonly<Record<NonNullable<ChangeRecord["state"]>, string>> = {
  open: "begun, not finished",
  applied: "",
  failed: "failed",
  rolledBack: "taken back",
  unchanged: "was so already",
  skipped: "not tried",
};

/** Who changed the object, when and why, newest first, with what changed and the way back. */
export function History({
  records,
  onRevert,
  mayWrite,
  object,
}: {
  readonly records: readonly ChangeRecord[];
  readonly onRevert: (id: string) => void;
  readonly mayWrite: boolean | undefined;
  readonly object: ObjectRef;
}) {
  const newest = [...records].sort((a, b) => b.when.localeCompare(a.when));
  return (
    <Section title="History" aside={newest.length > 0 ? String(newest.length) : undefined}>
      {newest.length === 0 && <p className="text-ink-3">No change is known: none was made from here or seen since.</p>}
      <ol>
        {newest.map((record) => {
          const state = record.state === undefined ? "" : STATES[record.state];
          return (
            <li key={record.id} className="border-t border-line py-2">
              <div className="flex items-baseline justify-between gap-3">
                <span className="min-w-0 wrap-anywhere">
                  <strong className="font-semibold">{record.who ?? "somebody unknown"}</strong>{" "}
                  <span className="text-ink-2">
                    {record.op === null ? "wrote" : DONE[record.op]} it
                    {record.source === "meshscope" ? " here" : ""}
                  </span>
                  {state !== "" && <span className="text-degraded"> ◣ {state}</span>}
                </span>
                <span className="shrink-0 text-ink-2">
                  <When at={record.when} short />
                </span>
              </div>
              {record.note !== undefined && <p className="wrap-anywhere">{record.note}</p>}
              <Before record={record} />
              {record.revertable && (
                <Chip
                  className="mt-1.5"
                  disabled={mayWrite === false}
                  title={mayWrite === false ? missingRight(object, "update") : undefined}
                  onClick={() => onRevert(record.id)}
                >
                  Revert
                </Chip>
              )}
            </li>
          );
        })}
      </ol>
    </Section>
  );
}

/** What changed; only of records that carry both states. */
function Before({ record }: { readonly record: ChangeRecord }) {
  if (record.before === undefined || record.after === undefined) return null;
  const { lines } = diffManifests(record.before, record.after);
  if (lines.length === 0) return null;
  return (
    <details className="mt-1">
      <summary className="cursor-pointer text-ink-2">What changed</summary>
      <div className="mt-1">
        <DiffLines lines={lines} label={`Change of ${record.when}`} />
      </div>
    </details>
  );
}
