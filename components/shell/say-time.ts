import type { LiveStatus } from "#lib/live/messages.ts";
import { sayInstant } from "./instant.ts";

/** Whether what is shown moves with time, and its word: an instant of the past, asked for or under a hand on the time axis, is none of now. */
export function sayTime(
  { phase, sources, held, at: shown }: Pick<LiveStatus, "phase" | "sources" | "held" | "at">,
  at: string | null,
): { readonly live: boolean; readonly text: string } {
  const past = held && shown !== null ? shown : at;
  if (past !== null) return { live: false, text: `At ${sayInstant(past)}` };
  if (phase === "paused") return { live: false, text: "Paused" };
  const silent = sources.some(({ kind, state }) => kind === "prometheus" && (state === "down" || state === "stale"));
  const live = phase === "live" && !silent;
  return { live, text: live ? "Live" : "Waiting" };
}
