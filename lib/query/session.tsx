"use client";

import { createContext, type ReactNode, use, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import type { SessionAnswer } from "#lib/api/session.ts";
import { deleteJson, getJson, postJson, SIGN_IN_NEEDED } from "./fetch.ts";
import { createKeeper, type Keeper, type Kept } from "./keeper.ts";
import { serverNow } from "./server-clock.ts";
import { Tabs } from "./tabs.ts";
import { endOf } from "./viewer.ts";

/** Heard by whoever keeps answers; its detail is a SessionChange. Never told of `same`. */
export const SESSION_CHANGED = "meshscope:session-changed";
const PATH = "/api/v1/session";

export interface SessionControl extends Kept {
  /** The session ends within minutes. */
  readonly soon: boolean;
  /** Shows the dialog. */
  readonly ask: (why: string) => void;
  readonly dismiss: () => void;
  /** @throws MeshscopeError `unauthorised`, `rate_limited`, and what keeps the cluster or the console from being asked */
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
  const [{ keeper, tabs }] = useState(() => keeperOf(initial));
  const kept = useSyncExternalStore(keeper.subscribe, keeper.state, keeper.state);
  const { refresh } = keeper;

  useEffect(() => {
    const close = tabs.open((word) => void refresh(word === "out"));
    const needed = (event: Event) => keeper.needed((event as CustomEvent<string>).detail);
    // What other tabs said while this page lay in the browser's cache, or before its script ran, it didn't hear.
    const back = (event: PageTransitionEvent) => void (event.persisted && refresh());
    window.addEventListener(SIGN_IN_NEEDED, needed);
    window.addEventListener("pageshow", back);
    if (initial.strategy !== "anonymous") void refresh();
    return () => {
      close();
      window.removeEventListener(SIGN_IN_NEEDED, needed);
      window.removeEventListener("pageshow", back);
    };
  }, [keeper, tabs, refresh, initial.strategy]);
  const soon = useEnd(kept.session.expiresAt, refresh);

  const control = useMemo<SessionControl>(
    () => ({
      ...kept,
      ...{ soon, ask: keeper.ask, signIn: keeper.signIn, signOut: keeper.signOut },
      dismiss: () => keeper.ask(null),
    }),
    [kept, soon, keeper],
  );
  return <SessionContext value={control}>{children}</SessionContext>;
}

function keeperOf(initial: SessionAnswer): { readonly keeper: Keeper; readonly tabs: Tabs } {
  const tabs = new Tabs();
  const keeper = createKeeper(initial, {
    read,
    signIn: async (token, cluster) => {
      await postJson<null>(PATH, { token, ...(cluster === undefined ? {} : { cluster }) });
    },
    signOut: () => deleteJson(PATH),
    tell: (word) => tabs.say(word),
    changed: (detail) => window.dispatchEvent(new CustomEvent(SESSION_CHANGED, { detail })),
  });
  return { keeper, tabs };
}

/** Whether the session ends within minutes; asks the server once it should be over. */
function useEnd(expiresAt: string | null, refresh: () => Promise<unknown>): boolean {
  const [soonFor, setSoonFor] = useState<string | null>(null);
  useEffect(() => {
    if (expiresAt === null) return;
    let timer: ReturnType<typeof setTimeout>;
    const look = () => {
      clearTimeout(timer);
      const { soon, due, lookInMs } = endOf(expiresAt, serverNow());
      setSoonFor(soon ? expiresAt : null);
      if (due) void refresh();
      timer = setTimeout(look, lookInMs);
    };
    // Timers stand still while a machine sleeps; sessions don't.
    const seen = () => {
      if (!document.hidden) look();
    };
    timer = setTimeout(look, 0);
    document.addEventListener("visibilitychange", seen);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [expiresAt, refresh]);
  return expiresAt !== null && soonFor === expiresAt;
}
