/** A look as keys of the page's address. Pure; defaults are left out, and a value that isn't one counts as absent. */
import { LAYOUT_STYLES } from "#lib/layout/model.ts";
import { readPins, writePins } from "#lib/layout/pin-text.ts";
import { readSight, writeSight } from "#lib/layout/sight-text.ts";
import { ALL_PROTOCOLS, AMBIENT, BOX_KINDS, DEFAULT_LOOK, LINES, type Look, MOST_STEPS, SIDES } from "./look.ts";

/** Keys that hold one word or number. */
const SINGLE = [
  "ambient",
  "lines",
  "focus",
  "steps",
  "side",
  "rest",
  "show",
  "hubs",
  "rank",
  "layout",
  "moved",
  "camera",
] as const;
export const LOOK_KEYS = ["boxes", "protocols", ...SINGLE] as const;

/** The values of a list that are among `known`, in the order of `known`; null where none was given. `none` is the empty list. */
export function readSome<T extends string>(text: string | null, known: readonly T[]): readonly T[] | null {
  if (text === null) return null;
  if (text === "none") return [];
  const given = new Set(text.split(","));
  const found = known.filter((value) => given.has(value));
  return found.length === 0 ? null : found;
}

function one<T extends string>(text: string | null, known: readonly T[], otherwise: T): T {
  return known.find((value) => value === text) ?? otherwise;
}

export function readLook(params: URLSearchParams): Look {
  const steps = Number(params.get("steps"));
  const sight = readSight(params.get("camera") ?? "");
  return {
    boxes: readSome(params.get("boxes"), BOX_KINDS) ?? DEFAULT_LOOK.boxes,
    protocols: readSome(params.get("protocols"), ALL_PROTOCOLS) ?? DEFAULT_LOOK.protocols,
    ambient: one(params.get("ambient"), AMBIENT, DEFAULT_LOOK.ambient),
    lines: one(params.get("lines"), LINES, DEFAULT_LOOK.lines),
    focus: params.get("focus") || null,
    steps: Number.isInteger(steps) && steps >= 1 && steps <= MOST_STEPS ? steps : DEFAULT_LOOK.steps,
    side: one(params.get("side"), SIDES, DEFAULT_LOOK.side),
    rest: one(params.get("rest"), ["dim", "hide"], DEFAULT_LOOK.rest),
    show: one(params.get("show"), ["all", "trouble"], DEFAULT_LOOK.show),
    hubs: one(params.get("hubs"), ["drawn", "badges"], DEFAULT_LOOK.hubs),
    rank: one(params.get("rank"), ["off", "in", "out"], DEFAULT_LOOK.rank),
    layout: one(params.get("layout"), LAYOUT_STYLES, DEFAULT_LOOK.layout),
    moved: writePins(readPins(params.get("moved") ?? "")).text,
    camera: sight === null ? "" : writeSight(sight),
  };
}

export function writeList(
  params: URLSearchParams,
  key: string,
  list: readonly string[],
  usual: readonly string[],
): void {
  if (list.join() === usual.join()) return;
  params.set(key, list.length === 0 ? "none" : list.join(","));
}

export function writeLook(params: URLSearchParams, look: Look): void {
  writeList(params, "boxes", look.boxes, DEFAULT_LOOK.boxes);
  writeList(params, "protocols", look.protocols, DEFAULT_LOOK.protocols);
  for (const key of SINGLE) {
    const value = look[key];
    if (value !== null && value !== DEFAULT_LOOK[key]) params.set(key, String(value));
  }
}
