/** Rules that take everything, where rules of several objects are merged. */
import type { JsonObject } from "#lib/policy/manifest.ts";
import { objectAt, textAt } from "../../routing/json.ts";
import type { OwnRule } from "./table.ts";

/** One rule for each of its matches: a match that takes everything is asked last, apart from the others. */
export function singly(rule: OwnRule | null): readonly OwnRule[] {
  if (rule === null || rule.alternatives.length === 0) return rule === null ? [] : [rule];
  return rule.alternatives.map((all) => ({ found: rule.found, alternatives: [all] }));
}

/** What follows such a rule in its own object is never pushed. */
export function upToCatchAll(rules: readonly OwnRule[]): readonly OwnRule[] {
  const last = rules.findIndex(catchesAll);
  return last < 0 ? rules : rules.slice(0, last + 1);
}

const ASKS = ["scheme", "method", "authority", "headers", "withoutHeaders", "queryParams"];

/** (IsCatchAllRoute in pilot/pkg/networking/core/route/route.go) */
export const catchesAll = ({ alternatives }: OwnRule): boolean =>
  alternatives.length === 0 || alternatives.some((all) => all.every(isOpen));

function isOpen(match: JsonObject): boolean {
  const uri = objectAt(match, "uri");
  const whole = match["uri"] == null || textAt(uri, "prefix") === "/" || textAt(uri, "regex") === ".*";
  return whole && ASKS.every((key) => match[key] == null || Object.keys(objectAt(match, key)).length === 0);
}
