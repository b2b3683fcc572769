/** Whether a change asks how long calls take: a scan of all buckets costs far more than rates do. */
import { same } from "#lib/policy/json.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { ROUTES } from "../meaning/effective/way.ts";
import { has, listAt, objectAt, specOf } from "../routing/json.ts";
import type { Change } from "./sides.ts";

/** Timeouts come, go or change, or are for other calls than before. */
export const asksLatency = (changes: readonly Change[]): boolean =>
  changes.some(({ before, after }) => !same(limitsOf(before), limitsOf(after)));

/** Of each rule what it asks for and its timeouts; none where no rule has any. */
function limitsOf(object: Manifest | null): readonly unknown[] {
  if (object === null) return [];
  const kind = manifestKindKey(object);
  const rules =
    kind === "VirtualService"
      ? listAt(specOf(object), "http").map((rule) => ({
          takes: rule["match"] ?? null,
          limits: [rule["timeout"] ?? null, objectAt(rule, "retries")["perTryTimeout"] ?? null],
        }))
      : ROUTES.includes(kind)
        ? listAt(specOf(object), "rules").map((rule) => ({
            takes: rule["matches"] ?? null,
            limits: [has(rule, "timeouts") ? objectAt(rule, "timeouts") : null],
          }))
        : [];
  return rules.some(({ limits }) => limits.some((each) => each !== null)) ? rules : [];
}
