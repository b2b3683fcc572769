/** Fingerprints of objects and plans. */
import { createHash } from "node:crypto";
import { LAST_APPLIED, wanted } from "#lib/policy/clean.ts";
import type { Manifest } from "#lib/policy/manifest.ts";

/** JSON with sorted keys: equal values give equal texts. Keys such as `__proto__` are data like any other. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(",")}}`;
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/**
 * What must still be as it was shown: everything a person can set, generation and UID. Status, resourceVersion and
 * managedFields don't count. null: there is no object.
 */
export function fingerprint(live: Manifest | null): string | null {
  if (live === null) return null;
  const { uid, generation, annotations } = live.metadata;
  return sha256(canonical({ shown: wanted(live), copy: annotations?.[LAST_APPLIED], uid, generation }));
}

/** Whether two objects want the same. */
export function sameWish(a: Manifest | null, b: Manifest | null): boolean {
  return canonical(a === null ? null : wanted(a)) === canonical(b === null ? null : wanted(b));
}
