"use client";

import { Fragment, type ReactNode, useEffect, useState } from "react";
import { SESSION_CHANGED, type SessionChange } from "#lib/query/session.tsx";

/** Begins its content anew where somebody else looks, or somebody signed out: nothing that was typed or planned stays. */
export function Anew({ children }: { readonly children: ReactNode }) {
  const [turns, setTurns] = useState(0);
  useEffect(() => {
    const changed = (event: Event) => {
      const { turn } = (event as CustomEvent<SessionChange>).detail;
      if (turn === "other" || turn === "out") setTurns((count) => count + 1);
    };
    window.addEventListener(SESSION_CHANGED, changed);
    return () => window.removeEventListener(SESSION_CHANGED, changed);
  }, []);
  return <Fragment key={turns}>{children}</Fragment>;
}
