/** Keeps who the viewer is: asks the server, says what its answers mean, and why signing in is asked for. No React, no DOM. */
import type { SessionAnswer } from "#lib/api/session.ts";
import { MeshscopeError } from "#lib/errors.ts";
import { follow, type Shown, type Turn } from "./viewer.ts";

export interface SessionChange {
  readonly turn: Exclude<Turn, "same">;
  readonly session: SessionAnswer;
}

export interface KeeperDeps {
  /** GET /session; null: the console didn't answer, and what is known stays. */
  readonly read: () => Promise<SessionAnswer | null>;
  readonly signIn: (token: string, cluster: string | undefined) => Promise<void>;
  readonly signOut: () => Promise<void>;
  /** Tells the other tabs of this browser: they share the cookie. */
  readonly tell: (word: "in" | "out") => void;
  /** Told of every turn but `same`. */
  readonly changed: (change: SessionChange) => void;
}

export interface Kept {
  readonly session: SessionAnswer;
  /** Why signing in is asked for, in the server's words; null: it isn't. */
  readonly asked: string | null;
}

export interface Keeper {
  readonly state: () => Kept;
  /** Calls back on every change (for useSyncExternalStore). */
  readonly subscribe: (listener: () => void) => () => void;
  /** Reads who the viewer is now. `out`: somebody signed out on purpose. False: there was no answer. */
  readonly refresh: (out?: boolean) => Promise<boolean>;
  /** A request was refused for want of a session: asks to sign in, and whether there still is one. */
  readonly needed: (why: string) => void;
  readonly ask: (why: string | null) => void;
  /** @throws MeshscopeError as signing in does, and where the console doesn't say afterwards who the viewer is */
  readonly signIn: (token: string, cluster: string | undefined) => Promise<void>;
  readonly signOut: () => Promise<void>;
}

const OVER = "The session has ended. Sign in again to go on; what you wrote is still here.";
const UNSAID = "You are signed in, but the console's server does not say as whom. Try again in a moment.";

/** Turns by which somebody is in, or out on purpose: nothing is left to ask for. */
const SETTLED: ReadonlySet<Turn> = new Set(["again", "in", "other", "out"]);

/** `initial`: whom the page was rendered for. */
export function createKeeper(initial: SessionAnswer, deps: KeeperDeps): Keeper {
  let kept: Kept = { session: initial, asked: null };
  let shown: Shown = { session: initial, ended: null };
  const listeners = new Set<() => void>();
  /** Readings begun, and the last of them whose answer counted. */
  let begun = 0;
  let counted = 0;
  /** The first reading since somebody signed out whose answer hasn't come; null: nobody did. */
  let leaving: number | null = null;

  const set = (next: Partial<Kept>) => {
    kept = { ...kept, ...next };
    for (const listener of listeners) listener();
  };
  const ask = (asked: string | null) => set({ asked });

  const take = (next: SessionAnswer, reading: number) => {
    const out = leaving !== null;
    // What was asked before may answer with the session that has been left.
    if (next.role !== "user" || (leaving !== null && reading >= leaving)) leaving = null;
    const { turn, shown: after } = follow(shown, next, out);
    shown = after;
    const asked = turn === "over" ? OVER : SETTLED.has(turn) ? null : kept.asked;
    // Most readings say what is known: the page isn't rendered again for it.
    const known = asked === kept.asked && JSON.stringify(next) === JSON.stringify(kept.session);
    if (!known) set({ session: next, asked });
    if (turn !== "same") deps.changed({ turn, session: next });
  };

  const refresh = async (out = false): Promise<boolean> => {
    begun += 1;
    const reading = begun;
    if (out) leaving ??= reading;
    const next = await deps.read();
    // Of two readings under way the later one knows more, whichever answers first.
    if (next !== null && reading > counted) {
      counted = reading;
      take(next, reading);
    }
    return next !== null;
  };

  return {
    state: () => kept,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    refresh,
    ask,
    needed(why) {
      // What is said already says more than the next of many refusals.
      ask(kept.asked || why);
      void refresh();
    },
    async signIn(token, cluster) {
      await deps.signIn(token, cluster);
      deps.tell("in");
      if (!(await refresh())) throw new MeshscopeError("upstream_unreachable", UNSAID);
      ask(null);
    },
    async signOut() {
      await deps.signOut();
      deps.tell("out");
      if (await refresh(true)) return;
      // The cookie is gone whatever the console says: nothing of what was seen stays on the screen.
      const nobody: SessionAnswer = { ...kept.session, user: null, role: null, identities: [], expiresAt: null };
      counted = begun;
      take(nobody, begun);
    },
  };
}
