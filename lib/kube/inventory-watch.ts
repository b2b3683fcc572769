/** A cluster's inventory, kept current by watches of every kind it is made of. */
import type { Problem } from "#lib/errors.ts";
import type { SourceState } from "#lib/graph/model.ts";
import {
  decodeController,
  decodeKey,
  decodeNamespace,
  decodeOwned,
  decodePod,
  decodeService,
  decodeServiceEntry,
} from "#lib/inventory/decode.ts";
import { fold, NO_RECORDS, type ObjectEvent, type Records } from "#lib/inventory/fold.ts";
import { joinInventory } from "#lib/inventory/join.ts";
import type { ClusterInventory } from "#lib/inventory/model.ts";
import type { RecordKind, RecordTypes } from "#lib/inventory/records.ts";
import type { Clock, UnixSeconds } from "#lib/units.ts";
import type { KubeClient } from "./client.ts";
import { type Change, type Pace, type Reflector, startReflector } from "./reflector.ts";
import {
  DAEMONSETS,
  DEPLOYMENTS,
  JOBS,
  NAMESPACES,
  PODS,
  REPLICASETS,
  type Resource,
  resourceName,
  SERVICEENTRIES,
  SERVICES,
  STATEFULSETS,
} from "./resource.ts";

export interface InventoryStatus {
  readonly state: SourceState;
  /** Since when this state holds. */
  readonly since: UnixSeconds;
  /** The instant of which the inventory is known to be true; null if nothing was ever read. */
  readonly asOf: UnixSeconds | null;
  readonly problem?: Problem;
  /** What could not be read of what was. */
  readonly warnings: readonly string[];
}

export interface InventoryWatch {
  /**
   * The inventory; null until each kind has been read or has failed to be. Its maps are the same objects until something
   * changed; `asOf` moves on while nothing does.
   */
  current(): ClusterInventory | null;
  status(): InventoryStatus;
  /** Called after each change of inventory or status. Answers how to unsubscribe. */
  onChange(callback: () => void): () => void;
  /** Ends all watches; settles when they have ended. The client stays open: it is the caller's. */
  close(): Promise<void>;
}

export interface InventoryWatchOptions {
  /** The configured cluster name. */
  readonly cluster: string;
  /** Where the mesh's control plane lives. */
  readonly rootNamespace: string;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  readonly pace?: Pace;
}

/** Changes that come within this are joined once. */
const GATHER_MS = 50;
/** Of the time, about this share at most goes into joining, however fast pods come and go; but nobody waits for longer. */
const JOIN_SHARE = 0.1;
const LONGEST_GATHER_MS = 1000;

/** Starts watching at once. Kinds that can't be read (403, 404) are listed in `unread`; the others work without them. */
export function watchInventory(client: KubeClient, o: InventoryWatchOptions): InventoryWatch {
  const { clock, random = Math.random } = o;
  const ending = new AbortController();
  const signal = o.signal ? AbortSignal.any([o.signal, ending.signal]) : ending.signal;
  const callbacks = new Set<() => void>();
  const kinds: { readonly name: string; readonly reflector: Reflector }[] = [];
  let records: Records = NO_RECORDS;
  let pending: ObjectEvent[] = [];
  let inventory: ClusterInventory | null = null;
  let timer: NodeJS.Timeout | null = null;
  let lastJoinMs = 0;
  let since = { state: "down" as SourceState, at: clock.now() };

  function schedule(): void {
    if (timer !== null || signal.aborted) return;
    timer = setTimeout(flush, Math.min(LONGEST_GATHER_MS, Math.max(GATHER_MS, lastJoinMs / JOIN_SHARE)));
  }

  function flush(): void {
    timer = null;
    if (signal.aborted) return;
    const statuses = kinds.map(({ reflector }) => reflector.status());
    // A list is enough: whatever stands before the server may hold a watch's headers back until its first event.
    const settled =
      statuses.every(({ state, listed }) => listed || state !== "starting") && statuses.some(({ listed }) => listed);
    if (settled) {
      const began = clock.monotonic();
      records = fold(records, pending);
      pending = [];
      inventory = joinInventory({
        cluster: o.cluster,
        records,
        rootNamespace: o.rootNamespace,
        unread: unread(),
        previous: inventory,
        now: knownAt() ?? clock.now(),
      });
      lastJoinMs = clock.monotonic() - began;
    }
    observe();
    for (const callback of [...callbacks]) callback();
  }

  /** Dates a change of state when it happens, not when somebody asks. */
  function observe(): { readonly state: SourceState; readonly problem: Problem | null } {
    const now = stateNow();
    if (now.state !== since.state) since = { state: now.state, at: clock.now() };
    return now;
  }

  function unread(): ClusterInventory["unread"] {
    return kinds.flatMap(({ name, reflector }) => {
      const { state, problem, listed } = reflector.status();
      if (state !== "unreadable" && listed) return [];
      return [{ kind: name, detail: problem?.detail ?? "Not read yet.", ...(problem ? { code: problem.code } : {}) }];
    });
  }

  /** Now while every watch that can be open is open, otherwise when the first of them was lost. */
  function knownAt(): UnixSeconds | null {
    let at: UnixSeconds | null = null;
    for (const { reflector } of kinds) {
      const { state, contact } = reflector.status();
      if (state === "unreadable" || contact === null) continue;
      const known = state === "live" ? clock.now() : contact;
      if (at === null || known < at) at = known;
    }
    return at;
  }

  function follow<K extends RecordKind>(
    kind: K,
    resources: readonly [Resource, ...Resource[]],
    decode: (object: unknown) => RecordTypes[K] | null,
    metadataOnly = false,
  ): void {
    const name = resourceName(resources[0]);
    const onChange = (change: Change<RecordTypes[K]>): void => {
      const event = eventOf(kind, name, change);
      if (event) pending.push(event);
      schedule();
    };
    const shared = { clock, random, signal, onStatus: schedule, ...(o.pace ? { pace: o.pace } : {}) };
    kinds.push({ name, reflector: startReflector(client, { ...shared, resources, decode, metadataOnly, onChange }) });
  }

  follow("namespaces", [NAMESPACES], decodeNamespace);
  follow("pods", [PODS], decodePod);
  follow("services", [SERVICES], decodeService);
  follow("controllers", [DEPLOYMENTS], decodeController("Deployment"));
  follow("controllers", [STATEFULSETS], decodeController("StatefulSet"));
  follow("controllers", [DAEMONSETS], decodeController("DaemonSet"));
  follow("owned", [REPLICASETS], decodeOwned("ReplicaSet"), true);
  follow("owned", [JOBS], decodeOwned("Job"), true);
  follow("serviceEntries", [SERVICEENTRIES, { ...SERVICEENTRIES, version: "v1beta1" }], decodeServiceEntry);

  function stateNow(): { readonly state: SourceState; readonly problem: Problem | null } {
    const all = kinds.map(({ reflector }) => reflector.status());
    const lost = all.find(({ state }) => state === "lost");
    if (inventory === null)
      return { state: "down", problem: (lost ?? all.find(({ problem }) => problem))?.problem ?? null };
    if (lost) return { state: "stale", problem: lost.problem };
    // A kind that the cluster doesn't have is nothing that could be missed.
    const refused = all.find(({ state, problem }) => state === "unreadable" && problem?.code === "forbidden");
    return refused ? { state: "partial", problem: refused.problem } : { state: "ok", problem: null };
  }

  return {
    current() {
      const at = knownAt();
      // Nothing has changed for a while, and that is known: say so. The maps stay the same objects.
      if (inventory && at !== null && at - inventory.asOf >= 1) inventory = { ...inventory, asOf: at };
      return inventory;
    },
    status() {
      const { state, problem } = observe();
      const warnings = kinds.flatMap(({ name, reflector }) => {
        const { skipped } = reflector.status();
        return skipped === 0 ? [] : [`${skipped} ${name} could not be read and are left out.`];
      });
      return { state, since: since.at, asOf: knownAt(), warnings, ...(problem ? { problem } : {}) };
    },
    onChange(callback) {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
    async close() {
      ending.abort();
      if (timer) clearTimeout(timer);
      await Promise.all(kinds.map(({ reflector }) => reflector.done));
    },
  };
}

function eventOf<K extends RecordKind>(kind: K, from: string, change: Change<RecordTypes[K]>): ObjectEvent | null {
  switch (change.type) {
    case "replace":
      return { type: "replace", kind, from, records: change.items } as ObjectEvent;
    case "put":
      return { type: "put", kind, from, record: change.item } as ObjectEvent;
    case "drop": {
      const key = decodeKey(change.object);
      return key && { type: "drop", kind, from, ...key };
    }
  }
}
