/**
 * Health from shares of requests: how many per cent of a direction's requests fell into which outcome classes. Pure; the
 * defaults and their reasons are in docs/numbers.md, "Health".
 */

import { ratio } from "#lib/units.ts";
import { parseRateAnnotation } from "./health-annotation.ts";
import type { HealthLimit, HealthState, Protocol } from "./model.ts";
import type { RequestCount } from "./observation.ts";
import { outcomeOf } from "./outcome.ts";
import type { Direction, Tolerance } from "./tolerance.ts";

/** Whose health it is: what configuration selects by. */
export interface HealthSubject {
  readonly namespace: string;
  /** workload, app, service, … */
  readonly kind: string;
  readonly name: string;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** One entry of the configuration. Patterns are matched whole; absent ones match all. The first entry that fits wins. */
export interface HealthEntry {
  readonly namespace?: RegExp;
  readonly kind?: RegExp;
  readonly name?: RegExp;
  readonly tolerances: readonly Tolerance[];
}

export interface HealthRules {
  /** The limits of a subject: its annotation's, else the first fitting entry's, else the defaults. */
  readonly tolerances: (subject: HealthSubject) => readonly Tolerance[];
}

/** Kiali's annotation, honoured as it is written on workloads. */
export const RATE_ANNOTATION = "health.kiali.io/rate";

export const DEFAULT_TOLERANCES: readonly Tolerance[] = [
  { outcomes: ["neverArrived", "server"], degraded: 0, failing: 10 },
  { outcomes: ["client", "policy"], degraded: 10, failing: 20 },
];

/** Rules from configuration entries, which precede the defaults. Annotations are parsed once each. */
export function healthRules(entries: readonly HealthEntry[] = []): HealthRules {
  const parsed = new Map<string, readonly Tolerance[] | null>();
  const fits = (pattern: RegExp | undefined, text: string) => {
    const match = pattern === undefined ? null : text.match(pattern);
    return pattern === undefined || match?.[0] === text;
  };
  return {
    tolerances({ namespace, kind, name, annotations }) {
      const annotation = annotations?.[RATE_ANNOTATION];
      if (annotation !== undefined) {
        let own = parsed.get(annotation);
        if (own === undefined) {
          own = parseRateAnnotation(annotation);
          parsed.set(annotation, own);
        }
        if (own !== null) return own;
      }
      const entry = entries.find((e) => fits(e.namespace, namespace) && fits(e.kind, kind) && fits(e.name, name));
      return entry?.tolerances ?? DEFAULT_TOLERANCES;
    },
  };
}

export const DEFAULT_HEALTH: HealthRules = healthRules();

const RANK: Readonly<Record<HealthState, number>> = { unknown: 0, idle: 1, healthy: 2, degraded: 3, failing: 4 };

/** The state that asks for more attention; `unknown` and `idle` yield to whatever was measured. */
export function worse(a: HealthState, b: HealthState): HealthState {
  return RANK[b] > RANK[a] ? b : a;
}

/**
 * Health of requests of one protocol and direction. Few requests keep their colour: 1 failed of 2 is failing, and the
 * page says "1 of 2 failed". No requests, or codes that telemetry doesn't carry, are `unknown`, never healthy.
 */
export function requestHealth(
  requests: readonly RequestCount[],
  protocol: Protocol,
  direction: Direction,
  tolerances: readonly Tolerance[],
): HealthState {
  return requestVerdict(requests, protocol, direction, tolerances).state;
}

export interface Verdict {
  readonly state: HealthState;
  /** The first of the limits that gave the state; absent where none did. */
  readonly limit?: HealthLimit;
}

/** The same health, with the limit that decided it. */
export function requestVerdict(
  requests: readonly RequestCount[],
  protocol: Protocol,
  direction: Direction,
  tolerances: readonly Tolerance[],
): Verdict {
  let total = 0;
  for (const request of requests) total += request.rate;
  if (!(total > 0)) return { state: "unknown" };
  const classes = requests.map(outcomeOf);
  let verdict: Verdict = { state: classes.includes(null) ? "unknown" : "healthy" };
  for (const tolerance of tolerances) {
    if (tolerance.direction !== undefined && tolerance.direction !== direction) continue;
    if (tolerance.protocols !== undefined && !tolerance.protocols.includes(protocol)) continue;
    let hit = 0;
    requests.forEach((request, i) => {
      const outcome = classes[i];
      const counts = tolerance.code
        ? tolerance.code(request.code)
        : outcome != null && (tolerance.outcomes?.includes(outcome) ?? false);
      if (counts) hit += request.rate;
    });
    if (!(hit > 0)) continue;
    const percent = (100 * hit) / total;
    const state = percent >= tolerance.failing ? "failing" : percent >= tolerance.degraded ? "degraded" : verdict.state;
    if (worse(verdict.state, state) === verdict.state) continue;
    const { degraded, failing, outcomes, code } = tolerance;
    const limit = { direction, outcomes: code ? [] : (outcomes ?? []), share: ratio(hit / total), degraded, failing };
    verdict = { state, limit };
  }
  return verdict;
}

/** The worse of two; of equal ones the first. */
export function worseVerdict(a: Verdict, b: Verdict): Verdict {
  return worse(a.state, b.state) === a.state ? a : b;
}

/** Connections as health reads them. */
export interface ConnectionCounts {
  readonly opened: number;
  readonly failed: number;
  readonly open: number | null;
  readonly bytes: number;
}

/**
 * Health of TCP: the share of connections that failed, from the first on degraded, from 10 % on failing. A reporter may
 * count a failed connection as opened too, so the base is the larger of the two. Bytes or open connections without
 * failures are healthy; nothing at all is `unknown`.
 */
export function connectionHealth({ opened, failed, open, bytes }: ConnectionCounts): HealthState {
  const base = Math.max(opened, failed);
  if (failed > 0) return failed / base >= 0.1 ? "failing" : "degraded";
  return base > 0 || (open ?? 0) > 0 || bytes > 0 ? "healthy" : "unknown";
}
