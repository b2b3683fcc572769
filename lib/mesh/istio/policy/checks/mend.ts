/**
 * Edits that mend without doing harm. A fix lets nobody more in, shows an object to no more namespaces and has it select no more
 * workloads; where only such an edit would mend, and where what is meant isn't sure, the fix is advice.
 */
import type { Fix, FixEdit } from "#lib/policy/finding.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { actionOf } from "../meaning/authorization/action.ts";
import { listAt, objectAt } from "../routing/json.ts";
import { removing, setting } from "./family.ts";

/** `edits` where they are sure; otherwise the words alone. */
export const mendOr = (
  edits: readonly FixEdit[] | null,
  text: string,
  advice: string,
): string | Pick<Fix, "text" | "edits"> => (edits === null ? advice : { text, edits });

/**
 * Takes a place away together with what would be left empty around it, below the spec: an empty list or object is refused
 * ("traffic policy must have at least one field", validation.go in pkg/config/validation), or means something else than absence.
 */
export function removingWhole(object: Manifest, path: Segments): FixEdit {
  let at = path;
  while (at.length > 2 && sizeAt(object, at.slice(0, -1)) === 1) at = at.slice(0, -1);
  return removing(at);
}

function sizeAt(object: Manifest, path: Segments): number {
  let here: unknown = object;
  for (const segment of path) {
    here =
      typeof here === "object" && here !== null ? (here as Readonly<Record<string | number, unknown>>)[segment] : null;
  }
  return typeof here === "object" && here !== null ? Object.keys(here).length : 0;
}

/** Whether an AuthorizationPolicy lets more calls in when a field of its rules takes more: `methods`, `notPrincipals`. */
export function opensWithMore(policy: Manifest, field: string): boolean {
  const action = actionOf(policy);
  if (action === "AUDIT") return false;
  return (action === "ALLOW") !== field.startsWith("not");
}

/** A value written as it is likely meant; where that would let more calls in, it is for somebody to say. */
export function rewritten(
  policy: Manifest,
  path: Segments,
  value: string,
  text: string,
): string | Pick<Fix, "text" | "edits"> {
  return opensWithMore(policy, String(path.at(-2)))
    ? `${text}: that lets more calls in than now.`
    : { text: `${text}.`, edits: [setting(path, value)] };
}

/**
 * How a value of a rule's source that is nobody's goes, so that the rule takes whom it took: the value; the source, where it was all that
 * the field names (one without fields is refused, and one field less takes more callers); the rule, where that was its only source.
 * null: it is the policy's only rule. A DENY policy without rules is refused, and of an ALLOW policy it hides that it lets nobody in.
 * (validateAuthorizationPolicy in pkg/config/validation/validation.go)
 */
export function withoutCaller(policy: Manifest, path: Segments): readonly FixEdit[] | null {
  const [, , i, , j, , field] = path;
  if (typeof i !== "number" || typeof j !== "number" || typeof field !== "string") return null;
  const rules = listAt(policy.spec, "rules");
  const sources = listAt(rules[i], "from");
  const source = objectAt(sources[j], "source");
  if (hasMore(source[field])) return [removing(path)];
  if (field.startsWith("not")) return Object.keys(source).length > 1 ? [removing(path.slice(0, -1))] : null;
  if (sources.length > 1) return [removing(path.slice(0, 5))];
  return rules.length > 1 ? [removing(path.slice(0, 3))] : null;
}

/** Whether a list has more than one text; it may be long, and each of its texts asks. */
function hasMore(list: unknown): boolean {
  if (!Array.isArray(list)) return false;
  let found = 0;
  return list.some((each) => {
    if (typeof each === "string") found += 1;
    return found > 1;
  });
}

/** Whether a place is the only one in its list. */
export function isOnly(object: Manifest, path: Segments): boolean {
  return sizeAt(object, path.slice(0, -1)) === 1;
}
