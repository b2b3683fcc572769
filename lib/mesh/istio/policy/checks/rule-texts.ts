/** Texts of AuthorizationPolicies' rules. */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { listAt, objectAt, textsAt } from "../routing/json.ts";

/** All texts of fields of all rules, with their places. */
export function* texts(
  policy: Manifest,
  list: "from" | "to",
  part: string,
  fields: readonly string[],
): Generator<{ readonly path: Segments; readonly text: string }> {
  for (const [i, rule] of listAt(policy.spec, "rules").entries()) {
    for (const [j, each] of listAt(rule, list).entries()) {
      for (const field of fields) {
        for (const [k, text] of textsAt(objectAt(each, part), field).entries()) {
          yield { path: ["spec", "rules", i, list, j, part, field, k], text };
        }
      }
    }
  }
}

/** A policy may name thousands, and what is wrong with the first tells what is wrong. */
const MOST_TOLD = 50;

export function* atMost<T>(drafts: Iterable<T>): Generator<T> {
  let left = MOST_TOLD;
  for (const each of drafts) {
    yield each;
    left -= 1;
    if (left === 0) return;
  }
}
