/** What differs between two states of an object: by meaning (places and values) and by text (lines of YAML). */
import { diffArrays } from "diff";
import { alignLists } from "./align.ts";
import { shown } from "./clean.ts";
import { isObject, keysOf, same } from "./json.ts";
import type { Json, Manifest } from "./manifest.ts";
import { printPath, type Segments } from "./path.ts";
import type { Diff, Difference, DiffLine } from "./plan.ts";
import { writeYaml } from "./yaml-write.ts";

/** Lines that are kept around a change. */
const CONTEXT = 3;

function leaf(at: Segments, before: unknown, after: unknown): Difference {
  const path = printPath(at);
  if (before === undefined) return { path, op: "add", after: after as Json };
  if (after === undefined) return { path, op: "remove", before: before as Json };
  return { path, op: "replace", before: before as Json, after: after as Json };
}

function* differences(before: unknown, after: unknown, at: Segments): Generator<Difference> {
  if (same(before, after)) return;
  if (Array.isArray(before) && Array.isArray(after)) {
    for (const { old, now } of alignLists(before, after)) {
      if (now === null) yield leaf([...at, old], before[old], undefined);
      else if (old === null) yield leaf([...at, now], undefined, after[now]);
      else yield* differences(before[old], after[now], [...at, now]);
    }
  } else if (isObject(before) && isObject(after)) {
    for (const key of new Set([...keysOf(before), ...keysOf(after)])) {
      const get = (object: Readonly<Record<string, unknown>>) => (Object.hasOwn(object, key) ? object[key] : undefined);
      yield* differences(get(before), get(after), [...at, key]);
    }
  } else yield leaf(at, before, after);
}

/** Runs that stayed are cut to CONTEXT lines around changes; what was cut becomes one line "…". */
function cut(lines: readonly DiffLine[]): DiffLine[] {
  const near = new Set<number>();
  for (const [index, { op }] of lines.entries()) {
    if (op === "same") continue;
    for (let other = index - CONTEXT; other <= index + CONTEXT; other += 1) near.add(other);
  }
  return lines.flatMap((line, index): DiffLine[] => {
    if (near.has(index)) return [line];
    return index === 0 || near.has(index - 1) ? [{ op: "same", text: "…" }] : [];
  });
}

/**
 * Both differences of two states; null is "doesn't exist". Compares what is shown (clean.ts), so status and the server's
 * own metadata never differ. Places in lists are those of `after`; of what is removed, those of `before`. No difference:
 * both lists are empty. An object that comes or goes is one change at the root, path "".
 */
export function diffManifests(before: Manifest | null, after: Manifest | null): Diff {
  const [old, now] = [before && shown(before), after && shown(after, before)];
  const changes = [...differences(old ?? undefined, now ?? undefined, [])];
  if (changes.length === 0) return { changes, lines: [] };
  const split = (manifest: Manifest | null) => (manifest ? writeYaml(manifest).replace(/\n$/, "").split("\n") : []);
  const lines = diffArrays(split(old), split(now)).flatMap(({ added, removed, value }) =>
    value.map((text): DiffLine => ({ op: added ? "add" : removed ? "remove" : "same", text })),
  );
  return { changes, lines: cut(lines) };
}
