/**
 * The page's address is its state. This is the one reader and the one writer of its keys, pure, for server and browser;
 * why it isn't a library: docs/adr/0010-url-state.md. Keys that aren't ours are kept as they are.
 */
import { parseInstant } from "#lib/api/instant.ts";
import { DEFAULT_VIEW, type GraphView, viewParams } from "#lib/api/view.ts";
import { parseWindow } from "#lib/api/windows.ts";
import { LENSES } from "#lib/graph/model.ts";
import { placesKey } from "#lib/live/detail.ts";
import { type Look, placesOfLook } from "#lib/live/look.ts";
import { LOOK_KEYS, readLook, readSome, writeList, writeLook } from "#lib/live/look-params.ts";
import { EDGE_LABELS, type EdgeLabelKind } from "#lib/render/edge-labels.ts";

export const DETAILS = ["auto", "groups", "workloads"] as const;
/** What is drawn: workloads up to 150 marks and groups above (`auto`), or the one that was asked for. */
export type Detail = (typeof DETAILS)[number];

/** What the time axis can span, by how the address spells it: in seconds. */
export const AXIS_SECONDS = { "1m": 60, "5m": 300, "15m": 900, "1h": 3600, "6h": 21_600, "24h": 86_400 } as const;
export type AxisLength = keyof typeof AXIS_SECONDS;
export const AXIS_LENGTHS = Object.keys(AXIS_SECONDS) as readonly AxisLength[];
const AXIS_LENGTH: AxisLength = "1h";

/** A trace that is drawn on the graph. */
export interface TraceShown {
  readonly id: string;
  /** Names of the backends that are asked for it; none: all. */
  readonly backends: readonly string[];
}

export interface UrlState {
  readonly view: GraphView;
  readonly detail: Detail;
  /** Id of the selected node or edge. */
  readonly selected: string | null;
  /** Rows instead of the drawing. */
  readonly table: boolean;
  readonly look: Look;
  /** What edges say; empty: what fits their state. */
  readonly labels: readonly EdgeLabelKind[];
  /** Whether traffic is seen moving. */
  readonly animate: boolean;
  /** The graph alone, without rail, bars and panel: for walls and frames. */
  readonly kiosk: boolean;
  /** Whether the time axis was opened or closed by hand; null: it is there while one looks at the past. */
  readonly axis: boolean | null;
  readonly axisLength: AxisLength;
  /** Where the axis begins (RFC 3339 or unix seconds), while one looks at the past; null: it ends where time is. */
  readonly axisFrom: string | null;
  /** Expressions (docs/find.md) as they were typed, read or not; "" = none. */
  readonly find: string;
  readonly hide: string;
  /** Whether what `find` speaks of is drawn for it, asked for or not. */
  readonly aids: boolean;
  readonly trace: TraceShown | null;
}

export interface UrlPatch {
  readonly view?: Partial<GraphView>;
  readonly detail?: Detail;
  readonly selected?: string | null;
  readonly table?: boolean;
  readonly look?: Partial<Look>;
  readonly labels?: readonly EdgeLabelKind[];
  readonly animate?: boolean;
  readonly kiosk?: boolean;
  readonly axis?: boolean | null;
  readonly axisLength?: AxisLength;
  readonly axisFrom?: string | null;
  readonly find?: string;
  readonly hide?: string;
  readonly aids?: boolean;
  readonly trace?: TraceShown | null;
}

const VIEW_KEYS = [
  "clusters",
  "namespaces",
  "window",
  "at",
  "lens",
  "fold",
  "latency",
  "edges",
  "compareAt",
  "compareWindow",
  "services",
  "waypoints",
  "operations",
  "labels",
] as const;
const OWN_KEYS = [
  ...VIEW_KEYS,
  "detail",
  "selected",
  "view",
  ...LOOK_KEYS,
  "edgeLabels",
  "animate",
  "kiosk",
  "axis",
  "axisLength",
  "axisFrom",
  "find",
  "hide",
  "aids",
  "trace",
  "traceFrom",
] as const;

function list(text: string | null): readonly string[] {
  const names = (text ?? "").split(",").filter((name) => name !== "");
  return [...new Set(names)].sort();
}

/** The look after a patch. What a link was looked at from goes with what it was of: another drawing is shown whole. */
function lookAfter(before: UrlState, patch: UrlPatch): Look {
  const look = { ...before.look, ...patch.look };
  if (look.camera === "" || patch.look?.camera !== undefined) return look;
  const same =
    placesKey(before.view) === placesKey({ ...before.view, ...patch.view }) &&
    placesOfLook(before.look) === placesOfLook(look) &&
    before.detail === (patch.detail ?? before.detail);
  return same ? look : { ...look, camera: "" };
}

function readTrace(params: URLSearchParams): TraceShown | null {
  const id = params.get("trace") || null;
  return id === null ? null : { id, backends: list(params.get("traceFrom")) };
}

const readAxis = (text: string | null): boolean | null => (text === "on" ? true : text === "off" ? false : null);

/** Where the axis begins: an instant, of somebody who looks at one. */
const readFrom = (at: string | null, text: string | null): string | null =>
  at === null || text === null || parseInstant(text) === null ? null : text;

/** Reads the state; a value that isn't one of the accepted ones counts as absent, so that any link opens something. */
export function readUrl(params: URLSearchParams): UrlState {
  const at = params.get("at") || null;
  return {
    view: {
      clusters: list(params.get("clusters")),
      namespaces: list(params.get("namespaces")),
      window: parseWindow(params.get("window") ?? "") ?? DEFAULT_VIEW.window,
      at,
      lens: LENSES.find((lens) => lens === params.get("lens")) ?? DEFAULT_VIEW.lens,
      fold: list(params.get("fold")),
      latency: params.get("latency") !== "off",
      edges: params.get("edges") === "all" ? "all" : "live",
      compareAt: params.get("compareAt") || null,
      compareWindow: parseWindow(params.get("compareWindow") ?? ""),
      services: params.get("services") === "on",
      waypoints: params.get("waypoints") === "on",
      operations: params.get("operations") === "on",
      labels: params.get("labels") === "on",
    },
    detail: DETAILS.find((detail) => detail === params.get("detail")) ?? "auto",
    selected: params.get("selected") || null,
    table: params.get("view") === "table",
    look: readLook(params),
    labels: readSome(params.get("edgeLabels"), EDGE_LABELS) ?? [],
    animate: params.get("animate") === "on",
    kiosk: params.get("kiosk") === "1",
    axis: readAxis(params.get("axis")),
    axisLength: AXIS_LENGTHS.find((length) => length === params.get("axisLength")) ?? AXIS_LENGTH,
    axisFrom: readFrom(at, params.get("axisFrom")),
    find: params.get("find") ?? "",
    hide: params.get("hide") ?? "",
    aids: params.get("aids") !== "off",
    trace: readTrace(params),
  };
}

/** The parameters after a change: ours in a fixed order with defaults left out, then everybody else's untouched. */
export function patchUrl(current: URLSearchParams, patch: UrlPatch): URLSearchParams {
  const before = readUrl(current);
  const params = viewParams({ ...before.view, ...patch.view });
  const detail = patch.detail ?? before.detail;
  const selected = patch.selected === undefined ? before.selected : patch.selected;
  const table = patch.table ?? before.table;
  if (detail !== "auto") params.set("detail", detail);
  if (selected !== null) params.set("selected", selected);
  if (table) params.set("view", "table");
  writeLook(params, lookAfter(before, patch));
  writeList(params, "edgeLabels", patch.labels ?? before.labels, []);
  if (patch.animate ?? before.animate) params.set("animate", "on");
  if (patch.kiosk ?? before.kiosk) params.set("kiosk", "1");
  const axis = patch.axis === undefined ? before.axis : patch.axis;
  if (axis !== null) params.set("axis", axis ? "on" : "off");
  const length = patch.axisLength ?? before.axisLength;
  if (length !== AXIS_LENGTH) params.set("axisLength", length);
  // Once time is followed again, so does the axis.
  const from = readFrom(params.get("at"), patch.axisFrom === undefined ? before.axisFrom : patch.axisFrom);
  if (from !== null) params.set("axisFrom", from);
  for (const key of ["find", "hide"] as const) {
    const text = patch[key] ?? before[key];
    if (text.trim() !== "") params.set(key, text);
  }
  // With the expression that it was said of, it is over.
  if (params.has("find") && !(patch.aids ?? before.aids)) params.set("aids", "off");
  const trace = patch.trace === undefined ? before.trace : patch.trace;
  if (trace !== null) {
    params.set("trace", trace.id);
    writeList(params, "traceFrom", trace.backends, []);
  }
  const own: readonly string[] = OWN_KEYS;
  for (const [key, value] of current) if (!own.includes(key)) params.append(key, value);
  return params;
}

/** What one place hands on to the next: clusters and namespaces, as a search. */
export function scopeSearch(params: URLSearchParams): string {
  const { clusters, namespaces } = readUrl(params).view;
  return search(viewParams({ ...DEFAULT_VIEW, clusters, namespaces }));
}

/** `?a=b`, or "" without parameters. `,`, `/` and `>` stay readable: they are legal in a query. */
export function search(params: URLSearchParams): string {
  const text = params.toString().replaceAll("%2C", ",").replaceAll("%2F", "/").replaceAll("%3E", ">");
  return text === "" ? "" : `?${text}`;
}
