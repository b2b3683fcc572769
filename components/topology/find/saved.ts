/**
 * Expressions that somebody keeps under a name, in this browser. Pure but for the last functions; what storage holds is
 * outside text: read within limits, entry by entry.
 */
import { MOST_CHARACTERS } from "#lib/graph/find/limits.ts";

export interface Saved {
  readonly title: string;
  readonly find: string;
  readonly hide: string;
}

export const MOST_SAVED = 50;
export const LONGEST_TITLE = 60;
const KEY = "meshscope.find";

function entryOf(value: unknown): Saved | [] {
  if (typeof value !== "object" || value === null) return [];
  const { title, find, hide } = value as Record<string, unknown>;
  const text = (of: unknown, most: number) => typeof of === "string" && of.length <= most;
  if (!text(title, LONGEST_TITLE) || !text(find, MOST_CHARACTERS) || !text(hide, MOST_CHARACTERS)) return [];
  return title === "" ? [] : { title: title as string, find: find as string, hide: hide as string };
}

/** What storage holds; whatever isn't sound is left out, entry by entry. */
export function readSaved(text: string | null): readonly Saved[] {
  try {
    const list: unknown = JSON.parse(text ?? "[]");
    if (!Array.isArray(list)) return [];
    const entries = list.slice(0, MOST_SAVED).flatMap(entryOf);
    return entries.filter(({ title }, at) => entries.findIndex((other) => other.title === title) === at);
  } catch {
    return [];
  }
}

/** Kept under its title: an older one of the same title is replaced, the list stays in the order of titles. */
export function withSaved(list: readonly Saved[], saved: Saved): readonly Saved[] {
  const title = saved.title.trim().slice(0, LONGEST_TITLE);
  if (title === "") return list;
  const others = list.filter((other) => other.title !== title).slice(0, MOST_SAVED - 1);
  return [...others, { ...saved, title }].sort((a, b) => a.title.localeCompare(b.title, "en"));
}

export function withoutSaved(list: readonly Saved[], title: string): readonly Saved[] {
  return list.filter((other) => other.title !== title);
}

/** Of this browser; empty where it keeps nothing. */
export function loadSaved(): readonly Saved[] {
  try {
    return readSaved(localStorage.getItem(KEY));
  } catch {
    return [];
  }
}

/** False where this browser keeps nothing (a private window, a full storage). */
export function storeSaved(list: readonly Saved[]): boolean {
  try {
    localStorage.setItem(KEY, JSON.stringify(list));
    return true;
  } catch {
    return false;
  }
}
