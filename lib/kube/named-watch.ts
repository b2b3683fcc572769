/** Single objects by their names, each kept current by a watch of its own: what a Role that names objects allows. */
import type { Problem } from "#lib/errors.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Clock } from "#lib/units.ts";
import type { KubeClient } from "./client.ts";
import { collection } from "./collection.ts";
import { decodeManifest } from "./manifest.ts";
import { type Pace, type Reflector, startReflector } from "./reflector.ts";
import type { Resource } from "./resource.ts";

export interface NamedWatch {
  /** Those that are there and can be read. */
  objects(): readonly Manifest[];
  /** Names that aren't known: not read yet, or refused. One that isn't there is known not to be. */
  unread(): readonly { readonly name: string; readonly problem: Problem | null }[];
  /** Watches these names, and no longer any other. */
  follow(names: readonly string[]): void;
  onChange(callback: () => void): () => void;
  /** Ends all watches. The client stays open: it is the caller's. */
  close(): Promise<void>;
}

export interface NamedWatchOptions {
  readonly resource: Resource;
  /** Absent: objects of the whole cluster. */
  readonly namespace?: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly pace?: Pace;
}

/** More names than this aren't followed: a mesh has one a control plane. */
const MOST_NAMES = 16;

interface Followed {
  readonly objects: ReturnType<typeof collection>;
  readonly reflector: Reflector;
  readonly end: AbortController;
}

/** Watches nothing until it is told names. */
export function watchNamed(client: KubeClient, o: NamedWatchOptions): NamedWatch {
  const followed = new Map<string, Followed>();
  const ended: Promise<void>[] = [];
  const callbacks = new Set<() => void>();
  const tell = (): void => {
    if (!o.signal.aborted) for (const callback of [...callbacks]) callback();
  };

  function start(only: string): Followed {
    const { resource, namespace, clock, random, pace } = o;
    const objects = collection();
    const end = new AbortController();
    const reflector = startReflector<Manifest>(client, {
      ...{ resources: [resource], only, clock, random, ...(pace ? { pace } : {}) },
      ...(namespace === undefined ? {} : { namespace }),
      signal: AbortSignal.any([o.signal, end.signal]),
      decode: decodeManifest(resource),
      onStatus: tell,
      onChange: (change) => {
        objects.take(change);
        tell();
      },
    });
    return { objects, reflector, end };
  }

  function stop({ reflector, end }: Followed): void {
    end.abort();
    ended.push(reflector.done);
  }

  const known = ({ reflector }: Followed): boolean => {
    const { state, listed } = reflector.status();
    return listed && state !== "unreadable";
  };

  return {
    objects: () =>
      [...followed].flatMap(([name, each]) =>
        // A server that doesn't know the selector would answer with everything.
        known(each) ? each.objects.all().filter(({ metadata }) => metadata.name === name) : [],
      ),
    unread: () =>
      [...followed].flatMap(([name, each]) =>
        known(each) ? [] : [{ name, problem: each.reflector.status().problem }],
      ),
    follow(names) {
      const wanted = new Set([...names].slice(0, MOST_NAMES));
      let other = false;
      for (const [name, each] of followed) {
        if (wanted.has(name)) continue;
        stop(each);
        followed.delete(name);
        other = true;
      }
      for (const name of wanted) {
        if (followed.has(name) || o.signal.aborted) continue;
        followed.set(name, start(name));
        other = true;
      }
      if (other) tell();
    },
    onChange(callback) {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
    async close() {
      for (const each of followed.values()) stop(each);
      await Promise.all(ended);
    },
  };
}
