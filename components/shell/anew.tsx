"use client";

import { Fragment, type ReactNode, useEffect, useState } from "react";
import { forgetFiles } from "#lib/live/trace/file-store.ts";
import type { SessionChange } from "#lib/query/keeper.ts";
import { SESSION_CHANGED } from "#lib/query/session.tsx";

/** After these nothing stays that was typed or planned, but for drafts (lib/query/forget.ts). */
const ANEW: ReadonlySet<SessionChange["turn"]> = new Set(["in", "other", "out"]);

/** After these nothing stays that the one before had opened from a disk either. */
const LEFT: ReadonlySet<SessionChange["turn"]> = new Set(["other", "out"]);

/** Begins its content anew where somebody else looks, or somebody signed out. */
export function Anew({ children }: { readonly children: ReactNode }) {
  const [turns, setTurns] = useState(0);
  useEffect(() => {
    const changed = (event: Event) => {
      const { turn } = (event as CustomEvent<SessionChange>).detail;
      if (LEFT.has(turn)) forgetFiles(window.indexedDB);
      if (ANEW.has(turn)) setTurns((count) => count + 1);
    };
    window.addEventListener(SESSION_CHANGED, changed);
    return () => window.removeEventListener(SESSION_CHANGED, changed);
  }, []);
  return <Fragment key={turns}>{children}</Fragment>;
}
