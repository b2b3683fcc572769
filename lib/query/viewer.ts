/** What it means for the page that GET /session answers something new. Pure. */
import type { SessionAnswer } from "#lib/api/session.ts";

/**
 * - `same`: nothing.
 * - `again`: the same person, who sees no less than before. What is shown stays and is read anew.
 * - `rights`: the same person, who may see less. What was read is forgotten; forms stay.
 * - `in`: somebody where nobody was, or guests who may look now or no more. Pages begin anew; drafts stay, plans don't, for they are sealed for one user.
 * - `other`: somebody else than before. Nothing stays, drafts included: they hold what only the one before may read.
 * - `over`: nobody signed out, and yet nobody is signed in: the session has ended.
 * - `out`: somebody signed out. Nothing stays, drafts included.
 */
export type Turn = "same" | "again" | "rights" | "in" | "other" | "over" | "out";

/** `before`: what the page shows. Signing out can't be told from the end of a session by answers. */
function turnOf(before: SessionAnswer, next: SessionAnswer): Exclude<Turn, "out"> {
  if (before.role !== "user") return before.role === next.role ? "same" : "in";
  if (next.role !== "user") return "over";
  const now = new Map(next.identities.map(({ cluster, user }) => [cluster, user]));
  const shared = before.identities.filter(({ cluster }) => now.has(cluster));
  const samePerson = shared.length > 0 && shared.every(({ cluster, user }) => now.get(cluster) === user);
  if (!samePerson) return "other";
  if (shared.length < before.identities.length) return "rights";
  return viewerKey(before) === viewerKey(next) ? "same" : "again";
}

/** What the page shows, and whose session ended meanwhile: if they come back, they go on where they were. */
export interface Shown {
  readonly session: SessionAnswer;
  readonly ended: SessionAnswer | null;
}

/** The next answer, and its turn. `out`: somebody signed out on purpose, in this tab or another. */
export function follow(
  shown: Shown,
  next: SessionAnswer,
  out: boolean,
): { readonly shown: Shown; readonly turn: Turn } {
  const { session, ended } = shown;
  const somebody = session.role === "user" || ended !== null;
  if (out && somebody && next.role !== "user") return { shown: { session: next, ended: null }, turn: "out" };
  if (next.role !== "user") {
    const turn = turnOf(session, next);
    return { shown: { session: next, ended: turn === "over" ? session : ended }, turn };
  }
  const turn = turnOf(ended ?? session, next);
  // Between the end and now, what was shown was nobody's: it is read anew even for the very same session.
  return { shown: { session: next, ended: null }, turn: ended !== null && turn === "same" ? "again" : turn };
}

/** Equal for one session in several tabs, and for nobody else's: they may share what they are sent. No secret is in it. */
export function viewerKey(session: SessionAnswer): string {
  const { role, identities, expiresAt } = session;
  return JSON.stringify([role, identities.map(({ cluster, user }) => [cluster, user]), expiresAt]);
}

/** Minutes before the end of a session in which it is announced. */
export const WARNING_MS = 2 * 60_000;
/** By the clock the session is over, and the server still takes it: asked again so often. */
const RECHECK_MS = 15_000;
/** Timers longer than this run at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** What the clock (the server's, as far as the browser knows it) says of a session's end: whether to announce it, whether to ask the server, when to look again. */
export function endOf(
  expiresAt: string,
  now: number,
): { readonly soon: boolean; readonly due: boolean; readonly lookInMs: number } {
  const left = Date.parse(expiresAt) - now;
  const due = left <= 0;
  const lookInMs = due ? RECHECK_MS : left > WARNING_MS ? left - WARNING_MS : left;
  return { soon: left <= WARNING_MS, due, lookInMs: Math.min(lookInMs, LONGEST_MS) };
}
