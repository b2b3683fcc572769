/** Whole objects by place, and what each event of a watch changed in them. */

import { decodeKey } from "#lib/inventory/decode.ts";
import { same } from "#lib/policy/json.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Change } from "./reflector.ts";

/** null: it came into being, or is gone. */
export interface ObjectChange {
  readonly before: Manifest | null;
  readonly after: Manifest | null;
}

export interface Collection {
  all(): readonly Manifest[];
  /** Takes an event in; answers what it did. The first list is where it begins, not a change. */
  take(change: Change<Manifest>): readonly ObjectChange[];
}

export function collection(): Collection {
  let objects = new Map<string, Manifest>();
  let began = false;
  let list: readonly Manifest[] | null = null;

  function one(key: string, after: Manifest | null): readonly ObjectChange[] {
    const before = objects.get(key) ?? null;
    if (after === null) objects.delete(key);
    else objects.set(key, after);
    return before === null && after === null ? [] : [{ before, after }];
  }

  function replace(items: readonly Manifest[]): readonly ObjectChange[] {
    const next = new Map(items.map((item) => [keyOf(item.metadata), item]));
    const changes: ObjectChange[] = [];
    if (began) {
      for (const [key, before] of objects) if (!next.has(key)) changes.push({ before, after: null });
      for (const [key, after] of next) changes.push({ before: objects.get(key) ?? null, after });
    }
    objects = next;
    began = true;
    return changes;
  }

  return {
    all: () => (list ??= [...objects.values()]),
    take(change) {
      list = null;
      if (change.type === "replace") return replace(change.items);
      if (change.type === "put") return one(keyOf(change.item.metadata), change.item);
      const key = decodeKey(change.object);
      return key ? one(keyOf(key), null) : [];
    },
  };
}

/** Is it a change that a person would call one? Not of status, versions or bookkeeping alone. */
export function changed({ before, after }: ObjectChange): boolean {
  if (before === null || after === null) return before !== after;
  const [a, b] = [before.metadata, after.metadata];
  if (a.uid === b.uid && a.resourceVersion !== undefined && a.resourceVersion === b.resourceVersion) return false;
  return !same(said(before), said(after));
}

function said({ status: _, metadata, ...rest }: Manifest): unknown {
  const { resourceVersion: __, managedFields: ___, generation: ____, ...meta } = metadata;
  return { ...rest, metadata: meta };
}

const keyOf = ({ namespace, name }: { readonly namespace?: string; readonly name: string }): string =>
  `${namespace ?? ""}/${name}`;
