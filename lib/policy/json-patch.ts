/**
 * The change of an object as a JSON Patch that holds on exactly what was shown (RFC 6902): tests first, then the changes,
 * which the API server takes all or none. Not made by a library: rfc6902's pointers skip keys named `constructor` or
 * `__proto__`, which may be labels, and its list edits shift indexes under the tests.
 */
import { onto } from "./clean.ts";
import { isObject, keysOf, same } from "./json.ts";
import type { Manifest } from "./manifest.ts";
import { pointer, type Segments } from "./path.ts";

/** As lib/kube/writing.ts sends them. */
export type PatchOperation =
  | { readonly op: "add" | "replace" | "test"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string };

interface Change {
  readonly at: Segments;
  readonly before: unknown;
  readonly after: unknown;
}

/** Innermost changes. A list whose length changes is one change: its elements may have moved. */
function* changesOf(before: unknown, after: unknown, at: Segments): Generator<Change> {
  if (same(before, after)) return;
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    for (const [index, item] of before.entries()) yield* changesOf(item, after[index], [...at, index]);
  } else if (isObject(before) && isObject(after)) {
    for (const key of new Set([...keysOf(before), ...keysOf(after)])) {
      const get = (object: Readonly<Record<string, unknown>>) => (Object.hasOwn(object, key) ? object[key] : undefined);
      yield* changesOf(get(before), get(after), [...at, key]);
    }
  } else yield { at, before, after };
}

/**
 * Operations that make `before` (whole, as the server has it) into what `after` wants; status, the server's metadata and
 * kubectl's copy stay. Empty where nothing changes. Tests resourceVersion and each replaced or removed value; that an added
 * key is still absent can't be tested (RFC 6902 knows no such test): resourceVersion holds that.
 */
export function patchOf(before: Manifest, after: Manifest, resourceVersion: string): readonly PatchOperation[] {
  const tests: PatchOperation[] = [{ op: "test", path: "/metadata/resourceVersion", value: resourceVersion }];
  const operations: PatchOperation[] = [];
  for (const change of changesOf(before, onto(before, after), [])) {
    const path = pointer(change.at);
    if (change.before !== undefined) tests.push({ op: "test", path, value: change.before });
    if (change.after === undefined) operations.push({ op: "remove", path });
    else operations.push({ op: change.before === undefined ? "add" : "replace", path, value: change.after });
  }
  return operations.length === 0 ? [] : [...tests, ...operations];
}
