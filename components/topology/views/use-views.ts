"use client";

import { useCallback, useSyncExternalStore } from "react";
import { readViews, type SavedView, STORAGE_KEY, writeViews } from "./saved.ts";

const listeners = new Set<() => void>();
let text: string | null = null;
let views: readonly SavedView[] = [];

/** Parsed once for each text, so that the list stays the same object while it is the same. */
function current(): readonly SavedView[] {
  const now = localStorage.getItem(STORAGE_KEY);
  if (now !== text) {
    text = now;
    views = readViews(now);
  }
  return views;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

const none: readonly SavedView[] = [];

/** The views of this browser, in every tab the same. `save` says whether the browser kept them. */
export function useViews(): {
  readonly views: readonly SavedView[];
  readonly save: (next: readonly SavedView[]) => boolean;
} {
  const list = useSyncExternalStore(subscribe, current, () => none);
  const save = useCallback((next: readonly SavedView[]) => {
    try {
      localStorage.setItem(STORAGE_KEY, writeViews(next));
    } catch {
      return false;
    }
    for (const listener of listeners) listener();
    return true;
  }, []);
  return { views: list, save };
}
