"use client";

import { usePathname } from "next/navigation";
import { createContext, type ReactNode, use, useEffect, useState, useSyncExternalStore } from "react";
import type { SessionAnswer } from "#lib/api/session.ts";
import { createLive, type Live } from "#lib/live/client.ts";
import type { LiveStatus } from "#lib/live/messages.ts";
import { FIRST_STATUS } from "#lib/live/status.ts";
import type { SessionChange } from "#lib/query/keeper.ts";
import { SESSION_CHANGED, useSession } from "#lib/query/session.tsx";
import { viewerKey } from "#lib/query/viewer.ts";
import { useHandle } from "./use-handle.ts";

const LiveContext = createContext<Live | null>(null);

/** The page's one handle on the worker: it follows what the viewer may see, and nothing where nobody may look. */
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const { session } = useSession();
  const live = useHandle(() => follow(session), useDue());
  return <LiveContext value={live}>{children}</LiveContext>;
}

/** Places without a graph wake up first: there the worker is for the search alone. */
const AWAKE_MS = 1_500;

/** Whether the worker is wanted by now; once it is, it stays. */
function useDue(): boolean {
  const onGraph = usePathname() === "/topology";
  const [due, setDue] = useState(onGraph);
  useEffect(() => {
    if (due) return;
    const timer = setTimeout(() => setDue(true), onGraph ? 0 : AWAKE_MS);
    return () => clearTimeout(timer);
  }, [due, onGraph]);
  return due;
}

function follow(session: SessionAnswer): Live {
  const live = createLive({ viewer: viewerKey(session) });
  if (session.role === null) live.stop();
  const changed = (event: Event) => {
    const { turn, session: next } = (event as CustomEvent<SessionChange>).detail;
    if (next.role === null) live.stop();
    else live.restart(viewerKey(next), turn === "again" || turn === "rights");
  };
  window.addEventListener(SESSION_CHANGED, changed);
  const close = () => {
    window.removeEventListener(SESSION_CHANGED, changed);
    live.close();
  };
  return { ...live, close };
}

/** null until the page's script runs. */
export function useLive(): Live | null {
  return use(LiveContext);
}

const unsubscribed = () => () => undefined;

/** Renders again when the status changes; the handle throttles that. The graph itself is not in it. */
export function useLiveStatus(): LiveStatus {
  const live = useLive();
  return useSyncExternalStore(live?.subscribe ?? unsubscribed, live?.status ?? noStatus, noStatus);
}

function noStatus(): LiveStatus {
  return FIRST_STATUS;
}
