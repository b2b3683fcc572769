/** Listing by pages. https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks */
import { MeshscopeError } from "#lib/errors.ts";
import { unreadable } from "./problem.ts";
import { type Asked, statusOf } from "./status.ts";
import { Gone, type Transport } from "./transport.ts";

const PAGE = 500;
/** How often a list may expire under our hands before we say so. */
const RESTARTS = 3;

export interface Listed<T> {
  readonly items: readonly T[];
  /** Where a watch continues. */
  readonly resourceVersion: string;
  /** Objects that `decode` couldn't read. */
  readonly skipped: number;
}

export interface ListOptions {
  readonly signal: AbortSignal;
  readonly as?: { readonly token: string };
  readonly labelSelector?: string;
  readonly only?: string;
  readonly metadataOnly?: boolean;
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches; plain JSON where that is unknown. */
export const METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
export const METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";

/** See KubeClient.list. */
export async function list<T>(
  transport: Transport,
  path: string,
  asked: Asked,
  decode: (object: unknown) => T | null,
  o: ListOptions,
): Promise<Listed<T>> {
  for (let restarts = 0; ; restarts++) {
    try {
      return await onePass(transport, path, asked, decode, o);
    } catch (thrown) {
      if (!(thrown instanceof Gone)) throw thrown;
      if (restarts < RESTARTS) continue;
      const why = `The list of ${asked.resource} of cluster "${asked.cluster}" expires faster than it can be read.`;
      throw new MeshscopeError("upstream_busy", why, { retryAfter: 5 });
    }
  }
}

async function onePass<T>(
  transport: Transport,
  path: string,
  asked: Asked,
  decode: (object: unknown) => T | null,
  o: ListOptions,
): Promise<Listed<T>> {
  const items: T[] = [];
  let skipped = 0;
  let next = "";
  do {
    const parameters = new URLSearchParams({ limit: String(PAGE) });
    if (o.labelSelector) parameters.set("labelSelector", o.labelSelector);
    if (o.only) parameters.set("fieldSelector", named(o.only));
    if (next) parameters.set("continue", next);
    const answer = await transport.read(`${path}?${parameters}`, asked, {
      signal: o.signal,
      as: o.as,
      ...(o.metadataOnly ? { accept: METADATA_LIST } : {}),
    });
    const page = readPage(answer, asked);
    for (const object of page.items) {
      const item = decode(object);
      if (item === null) skipped++;
      else items.push(item);
    }
    if (page.next !== "" && page.next === next) throw unreadable(asked, "the same page for ever");
    next = page.next;
    if (next === "") return { items, resourceVersion: page.resourceVersion, skipped };
  } while (true);
}

/** A field selector for one object by its name. */
export const named = (name: string): string => `metadata.name=${name}`;

function readPage(answer: unknown, asked: Asked) {
  const { items, metadata } = (typeof answer === "object" && answer !== null ? answer : {}) as Record<string, unknown>;
  const meta = (typeof metadata === "object" && metadata !== null ? metadata : {}) as Record<string, unknown>;
  if (statusOf(answer) || typeof meta.resourceVersion !== "string") throw unreadable(asked, "no list");
  if (!Array.isArray(items) && items !== null) throw unreadable(asked, "a list without items");
  return {
    items: (items ?? []) as readonly unknown[],
    next: typeof meta.continue === "string" ? meta.continue : "",
    resourceVersion: meta.resourceVersion,
  };
}
