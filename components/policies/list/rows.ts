/** What of the list is shown, and in which order. Pure: the address and the answer go in, rows come out. */
import type { PolicyItem } from "#lib/api/policies.ts";
import { refKey } from "#lib/policy/ref.ts";
import { AREA_ORDER, managedBy, TOOLS } from "../words.ts";

export const SORTS = ["kind", "namespace", "name", "age", "changed", "manager", "findings"] as const;
export type Sort = (typeof SORTS)[number];

export interface ListState {
  readonly text: string;
  readonly kinds: readonly string[];
  readonly sort: Sort;
  readonly down: boolean;
  readonly grouped: boolean;
  /** Those with findings alone. */
  readonly found: boolean;
}

/** Reads `q`, `kinds`, `sort` (`-` before it: downwards), `group` and `found` from the address; what isn't accepted counts as absent. */
export function readListState(params: URLSearchParams): ListState {
  const sort = params.get("sort") ?? "";
  const down = sort.startsWith("-");
  return {
    text: params.get("q") ?? "",
    kinds: [...new Set((params.get("kinds") ?? "").split(",").filter(Boolean))].sort(),
    sort: SORTS.find((one) => one === sort.replace(/^-/, "")) ?? "kind",
    down,
    grouped: params.get("group") !== "off",
    found: params.get("found") === "on",
  };
}

/** The address's parameters after a change, everybody else's untouched; defaults are left out. */
export function patchListState(params: URLSearchParams, patch: Partial<ListState>): URLSearchParams {
  const state = { ...readListState(params), ...patch };
  const next = new URLSearchParams(params);
  const put = (key: string, value: string) => (value === "" ? next.delete(key) : next.set(key, value));
  put("q", state.text);
  put("kinds", state.kinds.join(","));
  put("sort", state.sort === "kind" && !state.down ? "" : `${state.down ? "-" : ""}${state.sort}`);
  put("group", state.grouped ? "" : "off");
  put("found", state.found ? "on" : "");
  return next;
}

export type ListRow =
  | { readonly type: "area"; readonly area: PolicyItem["area"]; readonly count: number }
  | { readonly type: "item"; readonly key: string; readonly item: PolicyItem };

/** Newest first is what somebody means who sorts by time: ages grow downwards. */
function compare(sort: Sort, a: PolicyItem, b: PolicyItem): number {
  const text = (x: string, y: string) => x.localeCompare(y, "en");
  const where = (item: PolicyItem) => item.object.namespace ?? "";
  const time = (x: string | null, y: string | null) => text(y ?? "", x ?? "");
  if (sort === "namespace") return text(where(a), where(b));
  if (sort === "name") return text(a.object.name, b.object.name);
  if (sort === "age") return time(a.createdAt, b.createdAt);
  if (sort === "changed") return time(a.changedAt, b.changedAt);
  if (sort === "findings") return gravity(b) - gravity(a);
  if (sort === "manager") return text(TOOLS[managedBy(a)[0] ?? "other"], TOOLS[managedBy(b)[0] ?? "other"]);
  return text(a.object.kind, b.object.kind);
}

/** One error outweighs any number of warnings. */
function gravity({ findings }: PolicyItem): number {
  const of = (severity: string) => Math.min(999, (findings ?? []).filter((each) => each.severity === severity).length);
  return of("error") * 1e6 + of("warning") * 1e3 + of("info");
}

/** Every word of the filter is somewhere in the row's text. */
function matches(item: PolicyItem, words: readonly string[]): boolean {
  const { kind, namespace, name, cluster } = item.object;
  const whole = [kind, namespace, name, cluster, item.selects, ...managedBy(item).map((tool) => TOOLS[tool])]
    .join("\n")
    .toLowerCase();
  return words.every((word) => whole.includes(word));
}

/** Rows to show: filtered, in order (ties by kind, namespace, name), under their area's heading where grouped. */
export function listRows(items: readonly PolicyItem[], state: ListState): readonly ListRow[] {
  const words = state.text.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = items.filter(
    (item) =>
      (!state.found || (item.findings?.length ?? 0) > 0) &&
      (state.kinds.length === 0 || state.kinds.includes(item.object.kind)) &&
      matches(item, words),
  );
  const key = (item: PolicyItem) => refKey(item.object);
  const sorted = [...shown].sort(
    (a, b) =>
      (state.down ? -1 : 1) * compare(state.sort, a, b) ||
      compare("kind", a, b) ||
      compare("namespace", a, b) ||
      compare("name", a, b) ||
      key(a).localeCompare(key(b), "en"),
  );
  const row = (item: PolicyItem): ListRow => ({ type: "item", key: key(item), item });
  if (!state.grouped) return sorted.map(row);
  return AREA_ORDER.flatMap((area) => {
    const own = sorted.filter((item) => item.area === area);
    return own.length === 0 ? [] : [{ type: "area", area, count: own.length } as const, ...own.map(row)];
  });
}

/** Kinds of the answer with how many there are, and those that only the address names, so that they can be unticked. */
export function kindChoices(items: readonly PolicyItem[], chosen: readonly string[]) {
  const counts = new Map<string, number>(chosen.map((kind) => [kind, 0]));
  for (const { object } of items) counts.set(object.kind, (counts.get(object.kind) ?? 0) + 1);
  return [...counts].map(([value, count]) => ({ value, note: String(count) }));
}
