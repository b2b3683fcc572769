/** One collection, followed: list, watch from there, and again for as long as it is wanted. */
import { type Problem, problemOf } from "#lib/errors.ts";
import type { Clock, UnixSeconds } from "#lib/units.ts";
import { isExpected } from "#lib/upstream/failure.ts";
import { pause } from "#lib/upstream/pause.ts";
import { createBackoff } from "./backoff.ts";
import type { KubeClient } from "./client.ts";
import type { Resource } from "./resource.ts";

/**
 * `starting` until the first watch is open or something has failed; `live` while a watch is open; `lost` while there is
 * none and the last known state ages; `unreadable` where the API refuses (no right, no such kind), asked again now and then.
 */
export type ReflectorState = "starting" | "live" | "lost" | "unreadable";

export interface ReflectorStatus {
  readonly state: ReflectorState;
  /** Has a list ever come? */
  readonly listed: boolean;
  /** The last instant at which the state was known to be current; null if it never was. */
  readonly contact: UnixSeconds | null;
  readonly problem: Problem | null;
  /** Objects of the last list that could not be read. */
  readonly skipped: number;
}

export type Change<T> =
  | { readonly type: "replace"; readonly items: readonly T[] }
  | { readonly type: "put"; readonly item: T }
  | { readonly type: "drop"; readonly object: unknown };

export interface ReflectorOptions<T> {
  /** Versions of one resource, the preferred first: the next is tried where one doesn't exist (404). */
  readonly resources: readonly [Resource, ...Resource[]];
  readonly decode: (object: unknown) => T | null;
  readonly metadataOnly?: boolean;
  readonly labelSelector?: string;
  /** Without it: all namespaces. */
  readonly namespace?: string;
  /** The one object of that name. */
  readonly only?: string;
  readonly onChange: (change: Change<T>) => void;
  readonly onStatus: () => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly pace?: Pace;
}

/** Milliseconds. Tests shorten them. */
export interface Pace {
  readonly firstRetry: number;
  readonly longestRetry: number;
  /** Between two tries of what is refused: rights and CRDs come rarely. */
  readonly refused: number;
  /** A connection that held this long worked: the next wait is short again. One that ends sooner isn't repeated at once. */
  readonly lasting: number;
}

export const PACE: Pace = { firstRetry: 500, longestRetry: 15_000, refused: 60_000, lasting: 10_000 };

export interface Reflector {
  status(): ReflectorStatus;
  /** The version that is read, or tried. */
  resource(): Resource;
  /** Settles when the signal has ended it. Never rejects. */
  readonly done: Promise<void>;
}

/** Starts at once. A failure is a status, never a rejection; what was known stays until a new list replaces it. */
export function startReflector<T>(client: KubeClient, o: ReflectorOptions<T>): Reflector {
  const pace = o.pace ?? PACE;
  const backoff = createBackoff(o.random, pace.firstRetry, pace.longestRetry);
  let status: ReflectorStatus = { state: "starting", listed: false, contact: null, problem: null, skipped: 0 };
  const selector = {
    ...(o.labelSelector === undefined ? {} : { labelSelector: o.labelSelector }),
    ...(o.namespace === undefined ? {} : { namespace: o.namespace }),
    ...(o.only === undefined ? {} : { only: o.only }),
  };
  let version = 0;

  const resource = (): Resource => o.resources[version % o.resources.length] ?? o.resources[0];
  const update = (next: Partial<ReflectorStatus>): void => {
    const before = status;
    status = { ...status, ...next };
    if (before.state !== status.state || before.problem !== status.problem) o.onStatus();
  };

  async function list(): Promise<string> {
    const { signal, metadataOnly = false } = o;
    const listed = await client.list(resource(), o.decode, { signal, metadataOnly, ...selector });
    o.onChange({ type: "replace", items: listed.items });
    update({ listed: true, contact: o.clock.now(), skipped: listed.skipped });
    return listed.resourceVersion;
  }

  /** Watches from `resourceVersion` until the connection ends; answers where to continue, or null to list again. */
  async function follow(resourceVersion: string): Promise<string | null> {
    let at = resourceVersion;
    const onContact = (): void => {
      update({ state: "live", contact: o.clock.now(), problem: null });
    };
    const watching = {
      resourceVersion,
      signal: o.signal,
      metadataOnly: o.metadataOnly ?? false,
      onContact,
      ...selector,
    };
    for await (const event of client.watch(resource(), watching)) {
      if (event.type === "gone") return null;
      at = event.resourceVersion;
      if (event.type === "bookmark") continue;
      const item = event.type === "put" ? o.decode(event.object) : null;
      // What can't be read any more is not what it was: it is dropped rather than kept as it used to be.
      o.onChange(item === null ? { type: "drop", object: event.object } : { type: "put", item });
    }
    return at;
  }

  async function run(): Promise<void> {
    let at: string | null = null;
    while (!o.signal.aborted) {
      const began = o.clock.monotonic();
      const lasted = (): boolean => o.clock.monotonic() - began >= pace.lasting;
      try {
        at ??= await list();
        at = await follow(at);
        if (lasted()) backoff.reset();
        else await pause(backoff.next(), o.signal);
      } catch (thrown) {
        if (o.signal.aborted) break;
        if (lasted()) backoff.reset();
        // Only a connection that broke is taken up where it was. Anything else may be about that very version (a server
        // restored from a backup doesn't know it), or a watch that isn't allowed where a list is: list again.
        const { code } = problemOf(thrown);
        if (code !== "upstream_unreachable" && code !== "upstream_busy") at = null;
        await failed(thrown);
      }
    }
  }

  async function failed(thrown: unknown): Promise<void> {
    const problem = problemOf(thrown);
    const refused = problem.code === "forbidden" || problem.code === "not_found";
    if (problem.code === "not_found" && ++version % o.resources.length !== 0) return;
    update({ state: refused ? "unreadable" : "lost", problem });
    const asked = isExpected(thrown) ? (thrown.retryAfter ?? 0) * 1000 : 0;
    await pause(refused ? pace.refused : Math.max(backoff.next(), asked), o.signal);
  }

  return { status: () => status, resource, done: run() };
}
