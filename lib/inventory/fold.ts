/** Changes of objects folded into collections: pure, so that a list and the changes after it can be told from nothing. */
import type { RecordKind, RecordTypes } from "./records.ts";

/** One source's change: a whole list, an object as it is now, or one that is gone. `from` tells lists of one kind apart. */
export type ObjectEvent = {
  readonly [K in RecordKind]:
    | {
        readonly type: "replace";
        readonly kind: K;
        /** Which of the lists that make up this kind: it replaces that one alone. */
        readonly from: string;
        readonly records: readonly RecordTypes[K][];
      }
    | { readonly type: "put"; readonly kind: K; readonly from: string; readonly record: RecordTypes[K] }
    | {
        readonly type: "drop";
        readonly kind: K;
        readonly from: string;
        readonly namespace: string;
        readonly name: string;
      };
}[RecordKind];

/** Each kind's records by `from`, then by `namespace/name` (a namespace's by `/name`). */
export type Records = { readonly [K in RecordKind]: ReadonlyMap<string, ReadonlyMap<string, RecordTypes[K]>> };

export const NO_RECORDS: Records = {
  namespaces: new Map(),
  pods: new Map(),
  controllers: new Map(),
  owned: new Map(),
  services: new Map(),
  serviceEntries: new Map(),
};

/**
 * The records after a batch of events. `records` stays as it was; kinds that no event touches are shared. One copy of a
 * touched list a batch, so a burst of a thousand changes costs what one does.
 */
export function fold(records: Records, events: readonly ObjectEvent[]): Records {
  const kinds = new Map<RecordKind, Map<string, Map<string, unknown>>>();
  const copied = new Set<unknown>();
  for (const event of events) {
    const lists = kinds.get(event.kind) ?? new Map(records[event.kind] as Map<string, Map<string, unknown>>);
    kinds.set(event.kind, lists);
    if (event.type === "replace") {
      const fresh = new Map<string, unknown>(event.records.map((record) => [keyOf(record), record]));
      copied.add(fresh);
      lists.set(event.from, fresh);
      continue;
    }
    let list = lists.get(event.from) ?? new Map<string, unknown>();
    if (!copied.has(list)) {
      list = new Map(list);
      copied.add(list);
      lists.set(event.from, list);
    }
    if (event.type === "put") list.set(keyOf(event.record), event.record);
    else list.delete(keyOf(event));
  }
  return kinds.size === 0 ? records : { ...records, ...Object.fromEntries(kinds) };
}

/** All records of a kind, whichever list they came by. */
export function* recordsOf<K extends RecordKind>(records: Records, kind: K): Generator<RecordTypes[K]> {
  for (const list of records[kind].values()) yield* list.values();
}

function keyOf(named: { readonly namespace?: string; readonly name: string }): string {
  return `${named.namespace ?? ""}/${named.name}`;
}
