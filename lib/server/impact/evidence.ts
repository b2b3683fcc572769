/** What an impact rests on beyond the standard metrics: labels that tell requests apart, and what proxies counted of policies on trial. */
import { windowSeconds } from "#lib/api/windows.ts";
import { labelsToRead, type Shadows, withClasses } from "#lib/mesh/impact.ts";
import type { ExistenceOptions } from "#lib/mesh/port.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Traffic } from "./traffic.ts";

interface Asked {
  readonly scope: ExistenceOptions["scope"];
  readonly objects: (kind: string) => readonly Manifest[];
  /** Why a kind isn't known; null where it is. */
  readonly unread: (kind: string) => string | null;
}

/** Nothing is asked where no Telemetry object adds such labels: then a label of that name may mean anything. */
export async function classified(
  telemetry: Pick<Telemetry, "requestClasses">,
  traffic: Traffic,
  { scope, objects, unread }: Asked,
  signal?: AbortSignal,
): Promise<Traffic> {
  if (unread("Telemetry") !== null) return traffic;
  const { of, left } = labelsToRead(objects("Telemetry"));
  const said = (calls: Traffic["calls"], ...limits: readonly string[]): Traffic => ({
    ...{ ...traffic, calls },
    limits: [...traffic.limits, ...left, ...limits],
  });
  if (of.length === 0) return said(traffic.calls);
  const { at, window } = traffic;
  const { rates, failures } = await telemetry.requestClasses.before({ at, window, scope, of }, signal);
  return said(
    withClasses(traffic.calls, rates),
    ...[...failures].map(([name, { detail }]) => `What requests asked for could not be asked of '${name}'. ${detail}`),
    ...(rates.some(({ cut }) => cut) ? [CUT] : []),
  );
}

const CUT = "There are more sorts of requests than one answer holds: of the rarest, what they asked for isn’t known.";

/** What policies on trial would have denied in the window of the rates; null: it couldn't be read, or is of another window. */
export async function shadowsOf(
  telemetry: Pick<Telemetry, "dryRuns">,
  { at, window }: Pick<Traffic, "at" | "window">,
  signal?: AbortSignal,
): Promise<Shadows | null> {
  const reading = await telemetry.dryRuns.over(window, signal);
  if (reading.window !== window || reading.failures.size > 0) return null;
  return { counts: reading.counts, from: at - windowSeconds(window) };
}
