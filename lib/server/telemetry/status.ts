/** A source's state as every page says it, advanced by what happened to its reads. Pure. */
import { formatInstant } from "#lib/api/instant.ts";
import type { Problem } from "#lib/errors.ts";
import type { Missing, SourceState, SourceStatus } from "#lib/graph/model.ts";
import { type Milliseconds, milliseconds, type UnixSeconds } from "#lib/units.ts";

/** A refresh that takes longer is said to be slow, also while it still runs. */
export const SLOW_AFTER = milliseconds(2_000);

export type SourceEvent =
  | {
      readonly type: "answered";
      /** The instant the numbers are of. */
      readonly at: UnixSeconds;
      readonly tookMs: Milliseconds;
      /** Reads that failed although others succeeded, by name. */
      readonly failures: readonly { readonly read: string; readonly problem: Problem }[];
      readonly warnings: readonly string[];
      readonly infos: readonly string[];
      /** Notes of the decoder; shown, but no reason to call the answer partial. */
      readonly notes: readonly string[];
      readonly missing: readonly Missing[];
    }
  | { readonly type: "waiting" }
  /** `retryInMs` null: nobody tries again by itself. */
  | { readonly type: "failed"; readonly problem: Problem; readonly retryInMs: Milliseconds | null };

export interface SourceIdentity {
  readonly name: string;
  readonly kind: SourceStatus["kind"];
  readonly clusters: readonly string[];
}

/** The state before the first answer. */
export function unasked(identity: SourceIdentity, now: UnixSeconds): SourceStatus {
  const { name, kind, clusters } = identity;
  const problem = { code: "not_asked_yet", detail: `${sentenceName(identity)} has not been asked yet.` };
  return {
    name,
    kind,
    state: "down",
    since: formatInstant(now),
    asOf: null,
    queryMs: null,
    problem,
    warnings: [],
    infos: [],
    clusters,
    missing: [],
  };
}

/**
 * The state after an event. `since` stays while the state does. A failure keeps `asOf`, warnings and what is missing:
 * they belong to the numbers that are still shown.
 */
export function advance(before: SourceStatus, event: SourceEvent, now: UnixSeconds): SourceStatus {
  const { problem: _, retryInMs: __, ...kept } = before;
  switch (event.type) {
    case "waiting":
      return before.state === "ok" || before.state === "partial"
        ? { ...kept, ...entered(before, "slow", now), problem: waiting(before) }
        : before;
    case "failed": {
      const state: SourceState = before.asOf === null ? "down" : "stale";
      const moved = entered(before, state, now);
      const since = before.problem?.code === "not_asked_yet" ? formatInstant(now) : moved.since;
      const { problem, retryInMs } = event;
      const said = failureText(problem, since, before.asOf);
      const detail = retryInMs === null ? said : `${said} The console keeps trying by itself.`;
      const retry = retryInMs === null ? {} : { retryInMs };
      return { ...kept, state, since, ...retry, problem: { code: problem.code, detail } };
    }
    case "answered": {
      const [failure] = event.failures;
      const partial = failure !== undefined || event.warnings.length > 0;
      const state: SourceState = partial ? "partial" : event.tookMs > SLOW_AFTER ? "slow" : "ok";
      return {
        ...kept,
        ...entered(before, state, now),
        asOf: formatInstant(event.at),
        queryMs: milliseconds(Math.round(event.tookMs)),
        ...(failure ? { problem: { code: failure.problem.code, detail: partialText(event.failures) } } : {}),
        warnings: [...event.warnings, ...event.notes],
        infos: event.infos,
        missing: event.missing,
      };
    }
  }
}

/** Whether a viewer has to be told: everything but the age and cost of a good answer. */
export function tellsMore(before: SourceStatus, after: SourceStatus): boolean {
  const told = ({ asOf: _, queryMs: __, ...rest }: SourceStatus) => JSON.stringify(rest);
  return told(before) !== told(after);
}

function entered(before: SourceStatus, state: SourceState, now: UnixSeconds): { state: SourceState; since: string } {
  return { state, since: before.state === state ? before.since : formatInstant(now) };
}

function waiting(before: SourceStatus): Problem {
  return {
    code: "upstream_timeout",
    detail: `${sentenceName(before)} is taking longer than ${SLOW_AFTER / 1000} s to answer.`,
  };
}

function failureText(problem: Problem, since: string, asOf: string | null): string {
  const shown = asOf === null ? "Nothing of it is shown." : `What is shown is of ${clock(asOf)}.`;
  return `${problem.detail.replace(/\.?$/, ".")} No answer since ${clock(since)}. ${shown}`;
}

function partialText(failures: readonly { readonly read: string; readonly problem: Problem }[]): string {
  const [first] = failures;
  const others = failures.length > 1 ? ` (and ${failures.length - 1} more)` : "";
  const detail = (first?.problem.detail ?? "").replace(/\.?$/, ".");
  return `The read '${first?.read}'${others} failed: ${detail} What rests on it is left out.`;
}

function sentenceName({ kind, name }: Pick<SourceIdentity, "kind" | "name">): string {
  return `${kind.charAt(0).toUpperCase()}${kind.slice(1)} '${name}'`;
}

/** `14:02:10 UTC` */
function clock(instant: string): string {
  return `${instant.slice(11, 19)} UTC`;
}
