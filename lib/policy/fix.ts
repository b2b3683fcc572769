/** A finding's fix carried out on its object: what a plan is made of. */
import type { Fix, FixEdit } from "./finding.ts";
import { isObject } from "./json.ts";
import type { Manifest } from "./manifest.ts";
import { parsePath, type Segments } from "./path.ts";
import type { ObjectRef } from "./ref.ts";

/** There is something to plan; otherwise the fix is advice. */
export function canPlan({ edits, manifests, deletions }: Fix): boolean {
  return edits.length + manifests.length + deletions.length > 0;
}

/** What the plan shall hold; `manifest` is the finding's own object as it is now. */
export function carryOut(
  fix: Fix,
  manifest: Manifest,
): { readonly manifests: readonly Manifest[]; readonly deletions: readonly ObjectRef[] } {
  const own = fix.edits.length === 0 ? [] : [withEdits(manifest, fix.edits)];
  return { manifests: [...own, ...fix.manifests], deletions: fix.deletions };
}

/** Later places of a list first, so that taking one away doesn't move the others. */
function withEdits(manifest: Manifest, edits: readonly FixEdit[]): Manifest {
  const placed = edits.map((edit) => ({ edit, at: parsePath(edit.path) ?? [] })).sort((a, b) => later(a.at, b.at));
  let result: unknown = manifest;
  for (const { edit, at } of placed) if (at.length > 0) result = edited(result, at, edit.value);
  return result as Manifest;
}

function later(a: Segments, b: Segments): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [x, y] = [a[i], b[i]];
    if (typeof x === "number" && typeof y === "number" && x !== y) return y - x;
  }
  return b.length - a.length;
}

/** A copy with one place set, or taken away where `value` is undefined. What isn't there to be changed stays as it is. */
function edited(node: unknown, [first, ...rest]: Segments, value: unknown): unknown {
  if (first === undefined) return value;
  if (typeof first === "number") {
    if (!Array.isArray(node) || first > node.length) return node;
    const next = rest.length === 0 ? value : edited(node[first], rest, value);
    return next === undefined ? node.toSpliced(first, 1) : node.toSpliced(first, 1, next);
  }
  const map = isObject(node) ? node : {};
  const next = rest.length === 0 ? value : edited(map[first], rest, value);
  if (next === undefined) return Object.fromEntries(Object.entries(map).filter(([key]) => key !== first));
  const kept = Object.entries(map).map(([key, old]): [string, unknown] => [key, key === first ? next : old]);
  return Object.fromEntries(Object.hasOwn(map, first) ? kept : [...kept, [first, next]]);
}
