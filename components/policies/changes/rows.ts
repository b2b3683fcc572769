/** What of the changes is shown, and how it is grouped. Pure: the address and the answers go in, rows come out. */
import type { ChangeRecord } from "#lib/api/policies.ts";
import { toolOf } from "#lib/policy/managers.ts";
import type { ManagerTool } from "#lib/policy/plan.ts";
import { refText } from "#lib/policy/ref.ts";
import { TOOLS } from "../words.ts";

export interface ChangesState {
  readonly text: string;
  readonly sources: readonly string[];
}

/** Reads `q` and `sources` from the address. */
export function readChangesState(params: URLSearchParams): ChangesState {
  return {
    text: params.get("q") ?? "",
    sources: [...new Set((params.get("sources") ?? "").split(",").filter(Boolean))].sort(),
  };
}

/** The address's parameters after a change, everybody else's untouched. */
export function patchChangesState(params: URLSearchParams, patch: Partial<ChangesState>): URLSearchParams {
  const state = { ...readChangesState(params), ...patch };
  const next = new URLSearchParams(params);
  const put = (key: string, value: string) => (value === "" ? next.delete(key) : next.set(key, value));
  put("q", state.text);
  put("sources", state.sources.join(","));
  return next;
}

/** Where a change came from: the tool by its name, or the field manager that nobody knows. */
export function sourceOf({ source, who }: Pick<ChangeRecord, "source" | "who">): ManagerTool {
  if (source === "meshscope") return "meshscope";
  return who === null ? "other" : toolOf(who);
}

/** `Argo CD`, `kubectl`; of what is no known tool, the manager's own name. */
export function sourceName(record: Pick<ChangeRecord, "source" | "who">): string {
  const tool = sourceOf(record);
  return tool === "other" ? (record.who ?? "not said") : TOOLS[tool];
}

/** What was done at once: the steps of one plan, or one change of somebody else. */
export interface ChangeGroup {
  readonly type: "group";
  readonly key: string;
  /** RFC 3339, of the newest. */
  readonly when: string;
  /** In the order of the plan. */
  readonly records: readonly ChangeRecord[];
}
export type ChangeRow = { readonly type: "day"; readonly key: string; readonly day: string } | ChangeGroup;

/** `2026-08-20` where the viewer is. */
export type DayOf = (when: string) => string;

/** Rows newest first: a plan's steps together, under the day on which they were made. Filtered steps stay out of their plan. */
export function changeRows(records: readonly ChangeRecord[], state: ChangesState, dayOf: DayOf): readonly ChangeRow[] {
  const words = state.text.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = new Map<string, ChangeRecord[]>();
  for (const record of records) {
    if (!fits(record, state.sources, words)) continue;
    const key = record.planId === undefined ? record.id : `plan ${record.planId}`;
    groups.set(key, [...(groups.get(key) ?? []), record]);
  }
  const sorted = [...groups]
    .map(([key, all]): ChangeGroup => {
      const newest = all.reduce((last, { when }) => (when > last ? when : last), "");
      // Answers are newest first; within one second, ids keep the order of a plan's steps.
      return { type: "group", key, when: newest, records: [...all].sort(byStep) };
    })
    .sort((a, b) => b.when.localeCompare(a.when) || a.key.localeCompare(b.key));
  return sorted.flatMap((group, index): ChangeRow[] => {
    const day = dayOf(group.when);
    const before = sorted[index - 1];
    return before !== undefined && dayOf(before.when) === day
      ? [group]
      : [{ type: "day", key: `day ${day}`, day }, group];
  });
}

const byStep = (a: ChangeRecord, b: ChangeRecord) => a.when.localeCompare(b.when) || a.id.localeCompare(b.id);

/** Every word of the filter is somewhere in the object, who it was, the note or the source. */
function fits(record: ChangeRecord, sources: readonly string[], words: readonly string[]): boolean {
  if (sources.length > 0 && !sources.includes(sourceName(record))) return false;
  const { object, who, note } = record;
  const whole = [refText(object), object.cluster, who ?? "", note ?? "", sourceName(record)].join("\n").toLowerCase();
  return words.every((word) => whole.includes(word));
}

/** Sources with how many changes each has, and those that only the address names, so that they can be unticked. */
export function sourceChoices(records: readonly ChangeRecord[], chosen: readonly string[]) {
  const counts = new Map<string, number>(chosen.map((source) => [source, 0]));
  for (const record of records) counts.set(sourceName(record), (counts.get(sourceName(record)) ?? 0) + 1);
  return [...counts].map(([value, count]) => ({ value, note: String(count) }));
}

/** Clusters in which the console changed something that can still be taken back at once. `now`: unix seconds. */
export function takeBackClusters(records: readonly ChangeRecord[], now: number, within: number): readonly string[] {
  const late = records.filter(
    ({ revertable, source, when }) => revertable && source === "meshscope" && Date.parse(when) / 1000 >= now - within,
  );
  return [...new Set(late.map(({ object }) => object.cluster))].sort();
}
