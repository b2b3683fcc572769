import type { Kube } from "./client.ts";
import { KubeError } from "./client.ts";
import type { KubeObject, Resource } from "./object.ts";
import { keyOf } from "./object.ts";

export interface Informer {
  /** Resolves after the first complete list has been handed over; rejects if that list fails. */
  readonly synced: Promise<void>;
  /** Resolves when the signal has ended the watching. */
  readonly done: Promise<void>;
}

/**
 * Keeps a caller up to date with one kind: list, then watch from there; a watch that ends is continued, one whose
 * version is too old (410) begins with a new list, whose absences are handed over as removals.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export function follow(
  kube: Kube,
  resource: Resource,
  on: { readonly upsert: (object: KubeObject) => void; readonly remove: (object: KubeObject) => void },
  signal: AbortSignal,
): Informer {
  const known = new Map<string, KubeObject>();
  const upsert = (object: KubeObject): void => {
    const key = keyOf(object);
    if (known.get(key)?.metadata.resourceVersion === object.metadata.resourceVersion) return;
    known.set(key, object);
    on.upsert(object);
  };
  const remove = (object: KubeObject): void => {
    if (known.delete(keyOf(object))) on.remove(object);
  };

  const relist = async (): Promise<string> => {
    const { items, resourceVersion } = await kube.list(resource);
    const present = new Set(items.map(keyOf));
    for (const [key, object] of known) if (!present.has(key)) remove(object);
    items.forEach(upsert);
    return resourceVersion;
  };

  const watchOn = async (from: string): Promise<void> => {
    let version: string | null = from;
    let failures = 0;
    while (!signal.aborted) {
      try {
        version ??= await relist();
        await kube.watch(resource, version, signal, (event) => {
          failures = 0;
          version = event.object.metadata.resourceVersion ?? version;
          if (event.type === "DELETED") remove(event.object);
          else if (event.type !== "BOOKMARK") upsert(event.object);
        });
        // Servers end watches after minutes; one that ends them at once must not be asked in a tight loop.
        await pause(50, signal);
      } catch (error) {
        if (signal.aborted) return;
        // A too old version answers 410 on the request or inside the stream; anything else is tried again, later each time.
        if (error instanceof KubeError && error.code === 410) version = null;
        failures += 1;
        await pause(Math.min(50 * 2 ** failures, 5000), signal);
      }
    }
  };

  const first = relist();
  return { synced: first.then(() => undefined), done: first.then(watchOn, () => undefined) };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}
