/** Rules that the reader may not be told of: those of objects out of sight, and those that have some of it from such a one. */
import { same } from "#lib/policy/json.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Alternative } from "./ends.ts";

/** The worst that it may be where the rule of now isn't told; else all that it may be. */
export type Veiled = "aborted" | "allowed";

type Sees = (manifest: Manifest) => boolean;

/** Whose rule it is, and who delegates to it. */
const sourcesOf = ({ by, through }: Alternative): readonly (Manifest | undefined)[] => [by?.object, through];

const isOpaque = (rule: Alternative, sees: Sees): boolean =>
  sourcesOf(rule).some((each) => each !== undefined && !sees(each));

/** Without the rule where it may not be told. */
export function unveiled(from: Alternative, sees: Sees): Alternative {
  if (!isOpaque(from, sees)) return from;
  const { rule: _rule, ...rest } = from;
  return rest;
}

/**
 * What may become of calls, where one of the two may not be told and they aren't the same objects with the same words; null: nothing by
 * that. Whether the rules themselves differ isn't asked: that would tell what the object says.
 */
export function veiledAs(before: Alternative, after: Alternative, sees: Sees): Veiled | null {
  const now = sourcesOf(after);
  if (sourcesOf(before).every((each, index) => isSame(each, now[index]))) return null;
  if (isOpaque(after, sees)) return "aborted";
  // A fault may have gone; what then arrives nowhere isn't let through by that.
  return isOpaque(before, sees) && after.ends.some(({ fate }) => fate !== "lost") ? "allowed" : null;
}

function isSame(a: Manifest | undefined, b: Manifest | undefined): boolean {
  if (a === undefined || b === undefined || a === b) return a === b;
  const named = a.metadata.name === b.metadata.name && a.metadata.namespace === b.metadata.namespace;
  return named && manifestKindKey(a) === manifestKindKey(b) && same(a.spec ?? null, b.spec ?? null);
}
