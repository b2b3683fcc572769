"use client";

import { usePathname } from "next/navigation";
import {
  createContext,
  type ReactNode,
  startTransition,
  use,
  useCallback,
  useEffect,
  useState,
  useSyncExternalStore,
} from "react";
import type { SessionAnswer } from "#lib/api/session.ts";
import { createLive, type Live } from "#lib/live/client.ts";
import type { LiveStatus } from "#lib/live/messages.ts";
import { FIRST_STATUS } from "#lib/live/status.ts";
import type { SessionChange } from "#lib/query/keeper.ts";
import { SESSION_CHANGED, useSession } from "#lib/query/session.tsx";
import { viewerKey } from "#lib/query/viewer.ts";
import { atRest } from "./at-rest.ts";

const LiveContext = createContext<Live | null>(null);

/** Places without a graph wake up first: there the worker is for the search alone. */
const AWAKE_MS = 1_500;

/**
 * The page's one handle on the worker: it follows what the viewer may see, and nothing where nobody may look. On the graph
 * it is there at the first rendering in the browser, so that nothing is rendered twice to get it; elsewhere it comes later,
 * as a transition: whatever waits for it is rendered in slices.
 */
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const { session } = useSession();
  const onGraph = usePathname() === "/topology";
  const [live, setLive] = useState(() => (onGraph && typeof window === "object" ? pageLive(session) : null));
  useEffect(() => {
    if (live !== null) return;
    const begin = () => startTransition(() => setLive(pageLive(session)));
    let takeBack: (() => void) | null = null;
    const timer = setTimeout(
      () => {
        if (onGraph) begin();
        else takeBack = atRest(begin);
      },
      onGraph ? 0 : AWAKE_MS,
    );
    return () => {
      clearTimeout(timer);
      takeBack?.();
    };
  }, [live, onGraph, session]);
  return <LiveContext value={live}>{children}</LiveContext>;
}

let one: Live | null = null;

/** The page has one, however often React renders, and it ends with the page. */
function pageLive(session: SessionAnswer): Live {
  one ??= follow(session);
  return one;
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
  return live;
}

/** null on the server, and for a while on places without a graph. What is rendered must not tell whether it is there. */
export function useLive(): Live | null {
  return use(LiveContext);
}

/** Whether the page has woken up: then what is rendered may tell what the worker has said. */
let awake = false;
const asleep = new Set<() => void>();

/** Calls once the task in which the page wakes up has ended; who waits is called one after the other, each in a task of its own. */
function onAwake(changed: () => void): () => void {
  asleep.add(changed);
  if (asleep.size === 1)
    setTimeout(() => {
      awake = true;
      wakeNext();
    });
  return () => asleep.delete(changed);
}

function wakeNext(): void {
  const [next] = asleep;
  if (next === undefined) return;
  asleep.delete(next);
  next();
  setTimeout(wakeNext);
}

/** Renders again when the status changes; the handle throttles that. The graph itself is not in it. */
export function useLiveStatus(): LiveStatus {
  const live = useLive();
  const subscribe = useCallback(
    (changed: () => void) => {
      const sleeping = awake ? null : onAwake(changed);
      const unsubscribe = live?.subscribe(changed);
      return () => {
        sleeping?.();
        unsubscribe?.();
      };
    },
    [live],
  );
  return useSyncExternalStore(subscribe, () => (awake && live !== null ? live.status() : FIRST_STATUS), noStatus);
}

function noStatus(): LiveStatus {
  return FIRST_STATUS;
}
