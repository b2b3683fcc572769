/**
 * The versioned store: one revision counter for everything, as etcd has, and per collection the present objects and a
 * bounded history of changes that watches and consistent paging read.
 */
import type { KubeObject } from "./object.ts";
import { withMeta } from "./object.ts";
import { StatusError, tooOld } from "./status.ts";

export type ChangeType = "ADDED" | "MODIFIED" | "DELETED";

/** One committed change. `object` of a DELETED change is the last state, carrying the deletion's revision. */
export interface Change {
  readonly type: ChangeType;
  readonly revision: number;
  readonly key: string;
  readonly object: KubeObject;
  readonly before: KubeObject | null;
}

/** What a store remembers. */
export interface StoreOptions {
  /** The revision before the first change; large enough to tell "very old" (1) from "known". */
  readonly firstRevision: number;
  /** Changes remembered for each collection. */
  readonly history: number;
}

/** The objects of one resource (all namespaces) with their recent changes. */
export class Collection {
  readonly #store: Store;
  readonly #limit: number;
  readonly #objects = new Map<string, KubeObject>();
  #sorted: readonly string[] | null = null;
  #changes: Change[] = [];
  /** Changes up to and including this revision are forgotten. */
  #floor: number;
  readonly #listeners = new Set<(change: Change) => void>();

  constructor(store: Store, limit: number) {
    this.#store = store;
    this.#limit = limit;
    this.#floor = store.revision;
  }

  get(key: string): KubeObject | undefined {
    return this.#objects.get(key);
  }

  get size(): number {
    return this.#objects.size;
  }

  /** Keys in order. Cost: a sort after the set of keys changed, else nothing. */
  keys(): readonly string[] {
    this.#sorted ??= [...this.#objects.keys()].sort();
    return this.#sorted;
  }

  /** Stores an object under a new revision, or removes it (`next` null). Returns the object as stored. */
  commit(key: string, next: KubeObject | null): KubeObject {
    const before = this.#objects.get(key) ?? null;
    const subject = next ?? before;
    if (subject === null) throw new Error(`nothing to commit at ${key}`);
    const revision = this.#store.advance();
    const object = withMeta(subject, { resourceVersion: String(revision) });
    if (next === null) this.#objects.delete(key);
    else this.#objects.set(key, object);
    if (next === null || before === null) this.#sorted = null;
    const type = next === null ? "DELETED" : before === null ? "ADDED" : "MODIFIED";
    this.#remember({ type, revision, key, object, before });
    return object;
  }

  /** Changes after a revision, oldest first. Throws 410 when the history no longer reaches back that far. */
  since(revision: number): readonly Change[] {
    if (revision < this.#floor) throw tooOld(revision, this.#floor);
    return this.#changes.slice(firstAfter(this.#changes, revision));
  }

  /** The objects as they were at a revision, by key. Throws 410 when that is forgotten. Cost: all objects. */
  at(revision: number): ReadonlyMap<string, KubeObject> {
    const state = new Map(this.#objects);
    for (const change of this.since(revision).toReversed())
      if (change.before === null) state.delete(change.key);
      else state.set(change.key, change.before);
    return state;
  }

  /** Calls back for every later change, in order and before `commit` returns. Returns the way to stop it. */
  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Forgets the history up to now, as etcd's compaction does. */
  compact(): void {
    this.#floor = this.#store.revision;
    this.#changes = [];
  }

  #remember(change: Change): void {
    this.#changes.push(change);
    // Trimmed in blocks: shifting one element at a time would make every write cost the whole history.
    if (this.#changes.length >= this.#limit * 2) {
      this.#floor = this.#changes[this.#changes.length - this.#limit - 1]?.revision ?? this.#floor;
      this.#changes = this.#changes.slice(-this.#limit);
    }
    for (const listener of [...this.#listeners]) listener(change);
  }
}

function firstAfter(changes: readonly Change[], revision: number): number {
  let low = 0;
  let high = changes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((changes[middle]?.revision ?? 0) > revision) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** All collections under one revision counter. */
export class Store {
  readonly #history: number;
  readonly #collections = new Map<string, Collection>();
  #revision: number;

  constructor(options: StoreOptions) {
    this.#revision = options.firstRevision;
    this.#history = options.history;
  }

  /** The revision of the last change, of whatever collection. */
  get revision(): number {
    return this.#revision;
  }

  advance(): number {
    this.#revision += 1;
    return this.#revision;
  }

  /** The collection of a resource, by its qualified name; made on first use. */
  collection(resource: string): Collection {
    let collection = this.#collections.get(resource);
    if (collection === undefined) {
      collection = new Collection(this, this.#history);
      this.#collections.set(resource, collection);
    }
    return collection;
  }

  /** Forgets the history of all collections. */
  compact(): void {
    for (const collection of this.#collections.values()) collection.compact();
  }
}

/** A resourceVersion of a request as a number; 400 when it isn't one. */
export function parseRevision(text: string): number {
  if (!/^\d{1,15}$/.test(text))
    throw new StatusError(
      400,
      "BadRequest",
      `Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`,
    );
  return Number(text);
}
