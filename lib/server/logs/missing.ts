/** What of a window isn't among the lines, and why: everything that the cluster lets us know of it. */
import type { LogMissing } from "#lib/api/logs.ts";
import type { LogEnd } from "#lib/kube/log-line.ts";
import { formatNanoseconds, parseNanoseconds } from "#lib/nanoseconds.ts";
import type { Container, Instance } from "./containers.ts";

export interface Window {
  readonly fromNs: bigint;
  readonly toNs: bigint;
}

/** What reading came to. */
export interface Reading {
  readonly end: LogEnd | "broken";
  /** Of the window. */
  readonly lines: number;
  /** Where reading stopped early; null: the window is read to its end. */
  readonly stoppedAtNs: bigint | null;
  /** What broke it off. */
  readonly problem: string;
  /** The oldest line that is kept of the instance; null: none, or not known. */
  readonly oldestNs: bigint | null;
  /** It is known that nothing is kept. */
  readonly empty: boolean;
}

/** Before anything is read: why there is nothing to read; null where there is. */
export function unreadable(container: Container, previous: boolean): LogMissing | null {
  const { name, state, current, before, restarts } = container;
  if (previous && before.endedAt === null) {
    const why =
      restarts === 0 ? "has not been started again" : "was started again, but of the instance before nothing is known";
    return { code: "no_previous", detail: `Container ${name} ${why}: there is no earlier log.` };
  }
  // A container that waits to be started again still has the log of its last try.
  if (previous || state !== "waiting" || before.endedAt !== null) return null;
  const reason = current.reason === "" ? "" : ` (${current.reason})`;
  return { code: "not_started", detail: `Container ${name} has not started yet${reason}: it has written nothing.` };
}

/** In the order in which it matters to who reads. */
export function missingOf(
  container: Container,
  previous: boolean,
  window: Window,
  reading: Reading,
  limits: { readonly lines: number; readonly bytes: number },
): LogMissing[] {
  const shown = previous || container.state === "waiting" ? container.before : container.current;
  return [
    ...cutShort(reading, limits),
    ...beginning(container, shown, previous, window, reading),
    ...ending(shown, window),
  ];
}

function cutShort(
  { end, lines, stoppedAtNs, problem }: Reading,
  limits: { lines: number; bytes: number },
): LogMissing[] {
  const to = stoppedAtNs === null ? "" : ` up to ${formatNanoseconds(stoppedAtNs)}`;
  const rest = "Ask for less time, or begin later, to see the rest.";
  if (end === "broken") return [{ code: "broken", detail: `Reading broke off after ${lines} lines${to}. ${problem}` }];
  if (end === "bytes")
    return [{ code: "bytes", detail: `${limits.bytes / 1024 / 1024} MiB are read at most, which is${to}. ${rest}` }];
  if (stoppedAtNs === null) return [];
  return [{ code: "lines", detail: `At most ${limits.lines} lines are shown, which is${to}. ${rest}` }];
}

/** The window begins before the instance does, or before what is kept of it. */
function beginning(
  { name, restarts, before }: Container,
  { startedAt }: Instance,
  previous: boolean,
  { fromNs }: Window,
  { oldestNs, empty }: Reading,
): LogMissing[] {
  const startedNs = startedAt === null ? null : parseNanoseconds(startedAt);
  if (startedNs !== null && startedNs > fromNs) {
    if (previous || restarts === 0)
      return [{ code: "began", detail: `Container ${name} started at ${startedAt}: before, it wrote nothing.` }];
    const how = before.reason === "" ? "" : ` after ${before.reason}`;
    const detail = `Container ${name} was started again at ${startedAt}${how}. Earlier lines are in the log of the instance before.`;
    return [{ code: "restarted", detail: before.endedAt === null ? `${detail} It isn't kept any more.` : detail }];
  }
  if (oldestNs !== null && oldestNs > fromNs) {
    const detail = `The oldest line that is kept is of ${formatNanoseconds(oldestNs)}: before, container ${name} wrote nothing, or the node has rotated it away.`;
    return [{ code: "reach", detail }];
  }
  return empty ? [{ code: "empty", detail: `Nothing is kept of what container ${name} wrote.` }] : [];
}

function ending({ endedAt, reason }: Instance, { toNs }: Window): LogMissing[] {
  const endedNs = endedAt === null ? null : parseNanoseconds(endedAt);
  if (endedNs === null || endedNs >= toNs) return [];
  return [{ code: "ended", detail: `This instance ended at ${endedAt}: ${reason}.` }];
}
