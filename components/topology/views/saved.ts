/**
 * Views that somebody gave a name, kept in this browser (localStorage): a name and an address's search. What is read, from
 * storage or from a file, is anybody's text: it is checked entry by entry, and what isn't a view is left out. Pure.
 */

import { patchUrl, readUrl, search } from "#components/shell/url-state.ts";
import type { Look } from "#lib/live/look.ts";

export interface SavedView {
  readonly name: string;
  /** `?window=5m&…`, as the address bar spells it. */
  readonly search: string;
}

export const STORAGE_KEY = "meshscope.views";
export const MOST_VIEWS = 100;
const LONGEST_NAME = 80;
const LONGEST_SEARCH = 8000;

/** The part of an address that is a view: what others put into it, and what a frame set, stays behind. `now`: what of the look isn't in the address. */
export function viewSearch(address: string, now: Partial<Look> = {}): string {
  const state = readUrl(new URLSearchParams(address));
  const look = { ...state.look, ...now };
  return search(patchUrl(new URLSearchParams(), { ...state, look, kiosk: false }));
}

function readView(value: unknown): SavedView | null {
  if (typeof value !== "object" || value === null) return null;
  const { name, search: text } = value as { readonly name?: unknown; readonly search?: unknown };
  if (typeof name !== "string" || typeof text !== "string" || text.length > LONGEST_SEARCH) return null;
  const clean = name.toWellFormed().replace(/\p{C}/gu, "").trim().slice(0, LONGEST_NAME);
  return clean === "" ? null : { name: clean, search: viewSearch(text) };
}

/** The list of a text; [] for anything that isn't one. Of one name the last counts. */
export function readViews(text: string | null): readonly SavedView[] {
  let parsed: unknown = null;
  try {
    parsed = JSON.parse(text ?? "[]");
  } catch {
    return [];
  }
  const list = Array.isArray(parsed) ? parsed : [];
  return list.slice(-10 * MOST_VIEWS).reduce<readonly SavedView[]>((views, value) => {
    const view = readView(value);
    return view === null ? views : withView(views, view);
  }, []);
}

/** With this view, in place of one of the same name; sorted by name. The oldest names don't fall out: a full list refuses. */
export function withView(views: readonly SavedView[], view: SavedView): readonly SavedView[] {
  const others = views.filter(({ name }) => name !== view.name);
  if (others.length >= MOST_VIEWS) return views;
  return [...others, view].sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function writeViews(views: readonly SavedView[]): string {
  return JSON.stringify(views, null, 1);
}
