"use client";

import { createContext, type ReactNode, use, useState, useSyncExternalStore } from "react";
import { createLive, type Live } from "#lib/live/client.ts";
import type { LiveStatus } from "#lib/live/messages.ts";
import { FIRST_STATUS } from "#lib/live/status.ts";

const LiveContext = createContext<Live | null>(null);

/** The handle as a store: made when somebody first looks, closed when nobody does any more. */
function createSource(create: () => Live) {
  let live: Live | null = null;
  const listeners = new Set<() => void>();
  return {
    subscribe(listener: () => void) {
      listeners.add(listener);
      live ??= create();
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        live?.close();
        live = null;
      };
    },
    get: () => live,
  };
}

/** The page's one handle on the worker. `create` is a seam for tests. */
export function LiveProvider({
  create = createLive,
  children,
}: {
  readonly create?: () => Live;
  readonly children: ReactNode;
}) {
  const [source] = useState(() => createSource(create));
  const live = useSyncExternalStore(source.subscribe, source.get, noLive);
  return <LiveContext value={live}>{children}</LiveContext>;
}

const noLive = (): null => null;

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
