/** A draft's text without one rule. Pure. */
import { isObject } from "#lib/policy/json.ts";
import type { Json, Manifest } from "#lib/policy/manifest.ts";
import { refKey, refOf } from "#lib/policy/ref.ts";
import type { RouteRule } from "#lib/policy/routing.ts";
import { textOf } from "../manifests.ts";

/** null: the rule isn't where it was. The object's only rule is not taken: an object without rules isn't valid. */
export function withoutRule(
  cluster: string,
  manifests: readonly Manifest[],
  { object, path }: Pick<RouteRule, "object" | "path">,
): string | null {
  const place = /^spec\.(http|tls|tcp|rules)\[(\d{1,4})\]$/.exec(path);
  const [, list, index] = place ?? [];
  const found = manifests.find((manifest) => refKey(refOf(cluster, manifest)) === refKey(object));
  if (list === undefined || index === undefined || found === undefined || !isObject(found.spec)) return null;
  const spec = found.spec;
  const rules = spec[list];
  if (!Array.isArray(rules) || rules.length < 2 || rules[Number(index)] === undefined) return null;
  const left = rules.filter((_: Json, at: number) => at !== Number(index)) as readonly Json[];
  return textOf(manifests.map((one) => (one === found ? { ...one, spec: { ...spec, [list]: left } } : one)));
}
