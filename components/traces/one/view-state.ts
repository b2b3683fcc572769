/** The address of one trace's page: what is looked at and how. Pure; any link opens something, and defaults are left out. */
import { GROUP_SORTS, GROUPINGS, type Grouping, type GroupSort } from "#lib/tracing/view/groups.ts";
import { SPAN_SORTS, type SpanSort } from "#lib/tracing/view/sorted.ts";

export const TABS = ["timeline", "flame", "graph", "statistics", "spans"] as const;
export type Tab = (typeof TABS)[number];

/** Nanoseconds after the trace's begin. */
export interface Zoom {
  readonly from: number;
  readonly to: number;
}

export interface TraceView {
  readonly backends: readonly string[];
  readonly tab: Tab;
  /** The selected span's key (lib/tracing/view/keys.ts). */
  readonly span: string | null;
  readonly find: string;
  /** null: all of the trace. */
  readonly zoom: Zoom | null;
  /** Rows of this depth and deeper are closed; null: none. */
  readonly levels: number | null;
  /** Keys of spans that are closed or open against their level. */
  readonly turned: readonly string[];
  readonly colour: "service" | "depth";
  /** Is the critical path marked? */
  readonly path: boolean;
  /** Are clocks corrected? */
  readonly skew: boolean;
  readonly by: Grouping;
  readonly groupSort: GroupSort;
  readonly spanSort: SpanSort;
  /** Of the table that is shown. */
  readonly down: boolean;
  /** Key of the span that stands for the flame graph's outermost box; null: all. */
  readonly box: string | null;
}

/** Rows that were turned by hand, as many as fit into an address. */
export const MOST_TURNED = 100;
const MOST_LEVELS = 100_000;

const one = <T extends string>(text: string | null, known: readonly T[], otherwise: T): T =>
  known.find((value) => value === text) ?? otherwise;

const list = (text: string | null): readonly string[] => (text ?? "").split(",").filter((part) => part !== "");

function zoomOf(text: string | null): Zoom | null {
  const [, first, last] = /^(\d{1,16})-(\d{1,16})$/.exec(text ?? "") ?? [];
  const [from, to] = [Number(first), Number(last)];
  return from < to ? { from, to } : null;
}

/** Times go down from the largest, names and starts up. */
const usuallyDown = (sort: GroupSort | SpanSort): boolean =>
  sort !== "name" && sort !== "start" && sort !== "service" && sort !== "operation" && sort !== "kind";

export function readTraceView(params: URLSearchParams): TraceView {
  const levels = params.get("levels");
  const tab = one(params.get("tab"), TABS, "timeline");
  const groupSort = one(params.get("sort"), GROUP_SORTS, "onPath");
  const spanSort = one(params.get("sort"), SPAN_SORTS, "start");
  const order = params.get("order");
  return {
    // Our own calls name several; a link that knows one backend may say so in the singular.
    backends: list(params.get("backends") ?? params.get("backend")),
    tab,
    span: params.get("span") || null,
    find: params.get("q") ?? "",
    zoom: zoomOf(params.get("zoom")),
    levels: levels !== null && /^\d{1,6}$/.test(levels) ? Math.min(MOST_LEVELS, Number(levels)) : null,
    turned: list(params.get("turned")).slice(0, MOST_TURNED),
    colour: one(params.get("colour"), ["service", "depth"], "service"),
    path: params.get("path") !== "off",
    skew: params.get("skew") !== "off",
    by: one(params.get("by"), GROUPINGS, "operation"),
    groupSort,
    spanSort,
    down: order === null ? usuallyDown(tab === "statistics" ? groupSort : spanSort) : order === "down",
    box: params.get("box") || null,
  };
}

/** A change of what the page shows; `sort` is of the table that is shown then, its direction the usual one unless given. */
export type TracePatch = Partial<Omit<TraceView, "backends" | "groupSort" | "spanSort">> & {
  readonly sort?: GroupSort | SpanSort;
};

/** The parameters after a change; keys that aren't the page's stay. Another tab forgets the order of the last one's table. */
export function patchTraceView(current: URLSearchParams, patch: TracePatch): URLSearchParams {
  const params = new URLSearchParams(current);
  const before = readTraceView(current);
  const after = { ...before, ...patch };
  const set = (key: string, value: string | null, usual: string | null = null) => {
    if (value === null || value === "" || value === usual) params.delete(key);
    else params.set(key, value);
  };
  set("tab", after.tab, "timeline");
  set("span", after.span);
  set("q", after.find.trim() === "" ? null : after.find);
  set("zoom", after.zoom === null ? null : `${Math.round(after.zoom.from)}-${Math.round(after.zoom.to)}`);
  set("levels", after.levels === null ? null : String(after.levels));
  set("turned", after.turned.slice(-MOST_TURNED).join(","));
  set("colour", after.colour, "service");
  set("path", after.path ? null : "off");
  set("skew", after.skew ? null : "off");
  set("by", after.by, "operation");
  set("box", after.box);
  if (after.tab !== before.tab) {
    params.delete("sort");
    params.delete("order");
  } else if (patch.sort !== undefined || patch.down !== undefined) {
    const sort = patch.sort ?? (after.tab === "statistics" ? before.groupSort : before.spanSort);
    set("sort", sort, after.tab === "statistics" ? "onPath" : "start");
    const down = patch.down ?? usuallyDown(sort);
    set("order", down === usuallyDown(sort) ? null : down ? "down" : "up");
  }
  return params;
}
