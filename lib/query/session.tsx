"use client";

import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { SessionAnswer } from "#lib/api/session.ts";
import { deleteJson, getJson, postJson, SIGN_IN_NEEDED } from "./fetch.ts";
import { endOf, follow, type Shown, type Turn } from "./viewer.ts";

/** Heard by whoever keeps answers; its detail is a SessionChange. Never told of `same`. */
export const SESSION_CHANGED = "meshscope:session-changed";
/** What tabs of one browser tell each other: they share the cookie. */
const TABS = "meshscope session";
const PATH = "/api/v1/session";
const OVER = "The session has ended. Sign in again to go on; what you wrote is still here.";

export interface SessionChange {
  readonly turn: Exclude<Turn, "same">;
  readonly session: SessionAnswer;
}

export interface SessionControl {
  readonly session: SessionAnswer;
  /** Why signing in is asked for, in the server's words; null: it isn't. */
  readonly asked: string | null;
  /** The session ends within minutes. */
  readonly soon: boolean;
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
export function SessionProvider({
  initial,
  children,
}: {
  /** Whom the page was rendered for. */
  readonly initial: SessionAnswer;
  readonly children: ReactNode;
}) {
  const [session, setSession] = useState(initial);
  const [asked, ask] = useState<string | null>(null);
  const shown = useRef<Shown>({ session: initial, ended: null });

  /** Reads who the viewer is now, and says what that means. `out`: somebody signed out on purpose. */
  const refresh = useCallback(async (out = false) => {
    const next = await read();
    if (next === null) return;
    const { turn, shown: after } = follow(shown.current, next, out);
    shown.current = after;
    setSession(next);
    if (turn === "same") return;
    if (turn === "over") ask(OVER);
    const detail: SessionChange = { turn, session: next };
    window.dispatchEvent(new CustomEvent(SESSION_CHANGED, { detail }));
  }, []);

  useEffect(() => {
    const tabs = new BroadcastChannel(TABS);
    tabs.onmessage = ({ data }) => void refresh(data === "out");
    const needed = (event: Event) => {
      ask((event as CustomEvent<string>).detail);
      void refresh();
    };
    window.addEventListener(SIGN_IN_NEEDED, needed);
    return () => {
      tabs.close();
      window.removeEventListener(SIGN_IN_NEEDED, needed);
    };
  }, [refresh]);
  const soon = useEnd(session.expiresAt, refresh);

  const control = useMemo<SessionControl>(() => {
    const tell = async (word: "in" | "out") => {
      const tabs = new BroadcastChannel(TABS);
      tabs.postMessage(word);
      tabs.close();
      await refresh(word === "out");
    };
    return {
      session,
      asked,
      soon,
      ask,
      dismiss: () => ask(null),
      signIn: async (token, cluster) => {
        await postJson<null>(PATH, { token, ...(cluster === undefined ? {} : { cluster }) });
        ask(null);
        await tell("in");
      },
      signOut: async () => {
        await deleteJson(PATH);
        ask(null);
        await tell("out");
      },
    };
  }, [session, asked, soon, refresh]);
  return <SessionContext value={control}>{children}</SessionContext>;
}

/** Whether the session ends within minutes; asks the server once it should be over. */
function useEnd(expiresAt: string | null, refresh: () => Promise<void>): boolean {
  const [soonFor, setSoonFor] = useState<string | null>(null);
  useEffect(() => {
    if (expiresAt === null) return;
    let timer: ReturnType<typeof setTimeout>;
    const look = () => {
      const { soon, due, lookInMs } = endOf(expiresAt, Date.now());
      if (soon) setSoonFor(expiresAt);
      if (due) void refresh();
      timer = setTimeout(look, lookInMs);
    };
    timer = setTimeout(look, 0);
    return () => clearTimeout(timer);
  }, [expiresAt, refresh]);
  return expiresAt !== null && soonFor === expiresAt;
}
