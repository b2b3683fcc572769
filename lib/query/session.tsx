"use client";

import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useState } from "react";
import type { SessionAnswer } from "#lib/api/session.ts";
import { deleteJson, getJson, postJson, SIGN_IN_NEEDED } from "./fetch.ts";

/** Heard by whoever keeps answers: they were somebody else's. */
export const SESSION_CHANGED = "meshscope:session-changed";
/** What tabs of one browser tell each other: they share the cookie. */
const TABS = "meshscope session";
const PATH = "/api/v1/session";

export interface SessionControl {
  /** null: not read yet. */
  readonly session: SessionAnswer | null;
  /** Why signing in is asked for, in the server's words; null: it isn't. */
  readonly asked: string | null;
  /** Shows the dialog. */
  readonly ask: (why: string) => void;
  readonly dismiss: () => void;
  /** @throws MeshscopeError `unauthorised`, `rate_limited`, and what keeps the cluster from being asked */
  readonly signIn: (token: string, cluster: string | undefined) => Promise<void>;
  readonly signOut: () => Promise<void>;
}

const SessionContext = createContext<SessionControl | null>(null);

/** Who looks, and signing in and out. */
export function useSession(): SessionControl {
  const control = use(SessionContext);
  if (control === null) throw new Error("useSession outside SessionProvider");
  return control;
}

/** null: the console didn't answer; what is known stays. */
function read(): Promise<SessionAnswer | null> {
  return getJson<SessionAnswer>(PATH, new URLSearchParams(), AbortSignal.timeout(10_000)).catch(() => null);
}

/** Keeps who the viewer is, in this tab and in step with the others. The token is never kept. */
export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const [session, setSession] = useState<SessionAnswer | null>(null);
  const [asked, ask] = useState<string | null>(null);
  const refresh = useCallback(() => read().then((next) => next && setSession(next)), []);
  const changed = useCallback(async () => {
    await refresh();
    window.dispatchEvent(new CustomEvent(SESSION_CHANGED));
  }, [refresh]);

  useEffect(() => {
    void read().then((next) => next && setSession(next));
    const tabs = new BroadcastChannel(TABS);
    tabs.onmessage = () => void changed();
    const needed = (event: Event) => {
      ask((event as CustomEvent<string>).detail);
      void refresh();
    };
    window.addEventListener(SIGN_IN_NEEDED, needed);
    return () => {
      tabs.close();
      window.removeEventListener(SIGN_IN_NEEDED, needed);
    };
  }, [refresh, changed]);

  const control = useMemo<SessionControl>(() => {
    const tell = async () => {
      const tabs = new BroadcastChannel(TABS);
      tabs.postMessage("changed");
      tabs.close();
      await changed();
    };
    return {
      session,
      asked,
      ask,
      dismiss: () => ask(null),
      signIn: async (token, cluster) => {
        await postJson<null>(PATH, { token, ...(cluster === undefined ? {} : { cluster }) });
        ask(null);
        await tell();
      },
      signOut: async () => {
        await deleteJson(PATH);
        await tell();
      },
    };
  }, [session, asked, changed]);
  return <SessionContext value={control}>{children}</SessionContext>;
}
