/** Names of all objects of a kind and nothing else of them, kept current by one watch that asks for metadata alone. */
import type { Problem } from "#lib/errors.ts";
import { decodeKey } from "#lib/inventory/decode.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Clock } from "#lib/units.ts";
import type { KubeClient } from "./client.ts";
import { type Change, type Pace, startReflector } from "./reflector.ts";
import type { Resource } from "./resource.ts";

export interface NamesWatch {
  /** Objects with apiVersion, kind, name and namespace; the same list while no name came or went. null: not known. */
  objects(): readonly Manifest[] | null;
  /** Why they aren't known; null: they are, or haven't been asked for yet. */
  problem(): Problem | null;
  /** Called when a name came or went, and when what is known came or went. */
  onChange(callback: () => void): () => void;
  /** Settles when the signal has ended it. Never rejects. */
  readonly done: Promise<void>;
}

export interface NamesWatchOptions {
  readonly resource: Resource;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly pace?: Pace;
}

/** Starts at once. */
export function watchNames(
  client: KubeClient,
  { resource, clock, signal, random, pace }: NamesWatchOptions,
): NamesWatch {
  const callbacks = new Set<() => void>();
  const apiVersion = resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
  let objects = new Map<string, Manifest>();
  let list: readonly Manifest[] = [];
  const tell = (): void => {
    if (!signal.aborted) for (const callback of [...callbacks]) callback();
  };

  const reflector = startReflector<Manifest>(client, {
    ...{ resources: [resource], metadataOnly: true, clock, signal, random, ...(pace ? { pace } : {}) },
    decode: (object) => {
      const key = decodeKey(object);
      return key && { apiVersion, kind: resource.kind, metadata: { name: key.name, namespace: key.namespace } };
    },
    onStatus: tell,
    onChange: (change) => {
      const next = after(objects, change);
      if (next === objects) return;
      objects = next;
      list = [...next.values()];
      tell();
    },
  });
  const known = (): boolean => reflector.status().listed && reflector.status().state !== "unreadable";

  return {
    objects: () => (known() ? list : null),
    problem: () => (known() ? null : reflector.status().problem),
    onChange(callback) {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
    done: reflector.done,
  };
}

const keyOf = ({ metadata }: Manifest): string => `${metadata.namespace ?? ""}/${metadata.name}`;

/** The same map where no name came or went; what stays is the same object. */
function after(before: Map<string, Manifest>, change: Change<Manifest>): Map<string, Manifest> {
  if (change.type === "replace") {
    const next = new Map(change.items.map((item) => [keyOf(item), before.get(keyOf(item)) ?? item]));
    return next.size === before.size && [...next.keys()].every((key) => before.has(key)) ? before : next;
  }
  if (change.type === "put") {
    const key = keyOf(change.item);
    return before.has(key) ? before : new Map([...before, [key, change.item]]);
  }
  const gone = decodeKey(change.object);
  const key = gone && `${gone.namespace}/${gone.name}`;
  return key !== null && before.has(key) ? new Map([...before].filter(([each]) => each !== key)) : before;
}
