"use client";

import { clsx } from "clsx";
import { useMayWrite } from "#components/change/rights.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { Name } from "#components/ui/name.tsx";
import type { ChangeRecord } from "#lib/api/policies.ts";
import { formatPlural } from "#lib/format.ts";
import { diffManifests } from "#lib/policy/diff.ts";
import { kindKey } from "#lib/policy/kind.ts";
import { ObjectLink } from "../links.tsx";
import { ChangeOutcome } from "../outcome/change-outcome.tsx";
import { DiffLines } from "../plan/diff-lines.tsx";
import { ToolMark } from "../tool-mark.tsx";
import { type ChangeGroup, sourceName, sourceOf } from "./rows.ts";

const DONE = { create: "created", update: "changed", delete: "deleted" } as const;
const STATES: Readonly<Record<NonNullable<ChangeRecord["state"]>, string>> = {
  open: "begun, not finished",
  applied: "",
  failed: "failed",
  rolledBack: "taken back",
  unchanged: "was so already",
  skipped: "not tried",
};

export interface RecordActions {
  readonly onRevert: (record: ChangeRecord) => void;
  /** Ids of changes whose difference is shown, and keys of groups whose outcome is. */
  readonly open: ReadonlySet<string>;
  readonly onToggle: (id: string, open: boolean) => void;
}

/** What was done at once: by whom, when, why, and to which objects. */
export function GroupView({ group, ...actions }: RecordActions & { readonly group: ChangeGroup }) {
  const [first] = group.records;
  if (first === undefined) return null;
  const own = first.source === "meshscope";
  return (
    <div className="grid grid-cols-[64px_minmax(0,1fr)] gap-x-3 border-b border-line px-4 py-2 max-sm:grid-cols-1 max-sm:px-2">
      <time dateTime={group.when} title={group.when} className="text-ink-2 tabular-nums">
        {new Date(group.when).toLocaleTimeString("en-GB")}
      </time>
      <div className="min-w-0">
        <p className="flex min-w-0 flex-wrap items-center gap-x-2">
          <ToolMark tool={sourceOf(first)} />
          <span className="max-w-full min-w-0">
            <Name text={sourceName(first)} className="text-ink-2" />
          </span>
          {own && (
            <strong className="max-w-full min-w-0 font-semibold">
              <Name text={first.who ?? "somebody unknown"} />
            </strong>
          )}
          {!own && sourceName(first) !== first.who && first.who !== null && (
            <span className="max-w-full min-w-0 text-ink-3">
              <Name text={first.who} />
            </span>
          )}
          {group.records.length > 1 && (
            <span className="text-ink-3">one plan, {formatPlural(group.records.length, "object")}</span>
          )}
        </p>
        {first.note !== undefined && <p className="wrap-anywhere">{first.note}</p>}
        <ul>
          {group.records.map((record) => (
            <Change key={record.id} record={record} {...actions} />
          ))}
        </ul>
        <GroupOutcome group={group} open={actions.open} onToggle={actions.onToggle} />
      </div>
    </div>
  );
}

/** What the traffic did since, for what may have had an effect. */
function GroupOutcome({
  group,
  open,
  onToggle,
}: Pick<RecordActions, "open" | "onToggle"> & { readonly group: ChangeGroup }) {
  const made = group.records.filter(({ source, revertable }) => source === "meshscope" && revertable);
  const [first] = made;
  if (first === undefined) return null;
  const key = `outcome ${group.key}`;
  const shown = open.has(key);
  return (
    <div className="mt-1">
      <Chip tone="quiet" aria-expanded={shown} onClick={() => onToggle(key, !shown)}>
        {shown ? "Hide the outcome" : "What became of it"}
      </Chip>
      {shown && <ChangeOutcome changeId={first.id} watching undo />}
    </div>
  );
}

function Change({ record, open, onToggle, onRevert }: RecordActions & { readonly record: ChangeRecord }) {
  const { object, op, state, before, after } = record;
  const said = state === undefined ? "" : STATES[state];
  const known = before !== undefined && after !== undefined;
  const shown = open.has(record.id);
  return (
    <li className="mt-1">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <span className="text-ink-2">{op === null ? "wrote" : DONE[op]}</span>
        <ObjectLink object={object} className="min-w-0 wrap-anywhere" />
        <span className="text-ink-3">in {object.cluster}</span>
        {said !== "" && <span className={clsx(state === "unchanged" ? "text-ink-3" : "text-degraded")}>◣ {said}</span>}
        <span className="grow" />
        {known ? (
          <Chip tone="quiet" aria-expanded={shown} onClick={() => onToggle(record.id, !shown)}>
            {shown ? "Hide the difference" : "What changed"}
          </Chip>
        ) : (
          <span className="text-ink-3" title="The console wasn’t running, or wasn’t watching, when it happened.">
            what it was before isn’t known
          </span>
        )}
        {record.revertable && <RevertButton record={record} onRevert={onRevert} />}
      </div>
      {known && shown && (
        <div className="mt-1.5">
          <DiffLines
            lines={diffManifests(before, after).lines}
            label={`Change of ${object.kind} ${object.name} at ${record.when}`}
          />
        </div>
      )}
    </li>
  );
}

function RevertButton({ record, onRevert }: Pick<RecordActions, "onRevert"> & { readonly record: ChangeRecord }) {
  const { object } = record;
  const { forbidden } = useMayWrite({ ...object, kinds: [kindKey(object)] });
  return (
    <Chip disabled={forbidden !== null} title={forbidden ?? undefined} onClick={() => onRevert(record)}>
      Revert
      <span className="sr-only">
        {" "}
        {object.kind} {object.name}
      </span>
    </Chip>
  );
}
