/** A cluster's policy objects, whole, kept current by one watch a kind. */
import type { Problem } from "#lib/errors.ts";
import type { SourceState } from "#lib/graph/model.ts";
import { kindKey, type PolicyKind } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Clock, UnixSeconds } from "#lib/units.ts";
import type { KubeClient } from "./client.ts";
import { changed, collection, type ObjectChange } from "./collection.ts";
import { decodeManifest } from "./manifest.ts";
import { type Pace, type Reflector, startReflector } from "./reflector.ts";
import { CONTROLLERREVISIONS, type Resource, resourceOf } from "./resource.ts";

/** What the console marks its own records with. */
export const RECORD_SELECTOR = "app.kubernetes.io/managed-by=meshscope";

export interface PolicyWatch {
  /** Whole objects of a kind, by `kindKey`; none where it can't be read (any more). */
  objects(kind: string): readonly Manifest[];
  /** The kind in the version that is read; null where it isn't served or can't be read. */
  kind(kind: string): (PolicyKind & { readonly version: string }) | null;
  /** The console's ControllerRevisions. */
  records(): readonly Manifest[];
  /** `not_found`: the cluster has no such kind, which is nothing wrong. */
  unread(): readonly { readonly kind: string; readonly reason: string; readonly code: string | null }[];
  /** Of which all that can be read is known to be true; null: some kind has not been read yet. */
  asOf(): UnixSeconds | null;
  status(): { readonly state: SourceState; readonly problem: Problem | null };
  onChange(callback: () => void): () => void;
  /** Ends all watches. The client stays open: it is the caller's. */
  close(): Promise<void>;
}

export interface PolicyWatchOptions {
  readonly kinds: readonly PolicyKind[];
  readonly clock: Clock;
  /** A change that a watch, or a list after a gap, showed; never for the first list. */
  readonly onSeen: (kind: PolicyKind, change: ObjectChange) => void;
  readonly signal?: AbortSignal;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  readonly pace?: Pace;
}

/** Changes that come within this are told once. */
const GATHER_MS = 50;

interface Followed {
  readonly name: string;
  readonly kind: PolicyKind | null;
  readonly objects: ReturnType<typeof collection>;
  readonly reflector: Reflector;
}

/** Starts watching at once. A kind that can't be read is `unread`; the others work without it. */
export function watchPolicies(client: KubeClient, o: PolicyWatchOptions): PolicyWatch {
  const { clock, random = Math.random } = o;
  const ending = new AbortController();
  const signal = o.signal ? AbortSignal.any([o.signal, ending.signal]) : ending.signal;
  const callbacks = new Set<() => void>();
  let timer: NodeJS.Timeout | null = null;

  function schedule(): void {
    if (timer !== null || signal.aborted) return;
    timer = setTimeout(() => {
      timer = null;
      if (!signal.aborted) for (const callback of [...callbacks]) callback();
    }, GATHER_MS);
  }

  function follow(
    name: string,
    kind: PolicyKind | null,
    resources: readonly [Resource, ...Resource[]],
    labelSelector?: string,
  ): Followed {
    const objects = collection();
    const shared = { clock, random, signal, onStatus: schedule, ...(o.pace ? { pace: o.pace } : {}) };
    const reflector = startReflector<Manifest>(client, {
      ...shared,
      resources,
      ...(labelSelector === undefined ? {} : { labelSelector }),
      decode: decodeManifest(resources[0]),
      onChange: (change) => {
        for (const each of objects.take(change)) if (kind !== null && changed(each)) o.onSeen(kind, each);
        schedule();
      },
    });
    return { name, kind, objects, reflector };
  }

  const byKind = new Map<string, Followed>();
  for (const kind of o.kinds) {
    const [first, ...others] = kind.versions;
    const resources = [resourceOf(kind, first), ...others.map((version) => resourceOf(kind, version))] as const;
    byKind.set(kindKey(kind), follow(kindKey(kind), kind, resources));
  }
  const records = follow("ControllerRevision", null, [CONTROLLERREVISIONS], RECORD_SELECTOR);
  const all = [...byKind.values(), records];
  const readable = ({ reflector }: Followed): boolean => {
    const { state, listed } = reflector.status();
    return listed && state !== "unreadable";
  };

  return {
    objects: (name) => {
      const found = byKind.get(name);
      return found && readable(found) ? found.objects.all() : [];
    },
    kind: (name) => {
      const found = byKind.get(name);
      if (!found?.kind || !readable(found)) return null;
      return { ...found.kind, version: found.reflector.resource().version };
    },
    records: () => (readable(records) ? records.objects.all() : []),
    unread: () =>
      all.flatMap((each) => {
        if (readable(each)) return [];
        const { problem } = each.reflector.status();
        return [{ kind: each.name, reason: problem?.detail ?? "Not read yet.", code: problem?.code ?? null }];
      }),
    asOf: () => {
      let at: UnixSeconds | null = null;
      for (const { reflector } of all) {
        const { state, contact } = reflector.status();
        if (state === "unreadable") continue;
        if (contact === null) return null;
        const known = state === "live" ? clock.now() : contact;
        if (at === null || known < at) at = known;
      }
      return at;
    },
    status: () => {
      const statuses = all.map(({ reflector }) => reflector.status());
      const lost = statuses.find(({ state }) => state === "lost");
      if (lost) return { state: statuses.some(({ listed }) => listed) ? "stale" : "down", problem: lost.problem };
      // A kind that the cluster doesn't have is nothing that could be missed.
      const refused = statuses.find(({ state, problem }) => state === "unreadable" && problem?.code !== "not_found");
      return refused ? { state: "partial", problem: refused.problem } : { state: "ok", problem: null };
    },
    onChange(callback) {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
    async close() {
      ending.abort();
      if (timer) clearTimeout(timer);
      await Promise.all(all.map(({ reflector }) => reflector.done));
    },
  };
}
