/**
 * Rules of a VirtualService with those of its delegates in the place of the rules that name them, one level deep: a delegate's own
 * delegations are left out, so that a cycle ends at once. A delegate that is missing, has hosts or isn't exported here leaves its
 * rule out. A delegate's rule counts where each of its matches lies within one of the delegating rule's.
 * (mergeVirtualServicesIfNeeded in pilot/pkg/model/virtualservice.go)
 * https://istio.io/latest/docs/reference/config/networking/virtual-service/#Delegate
 */
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";
import {
  has,
  isObject,
  listAt,
  mapAt,
  namespaceOf,
  numberAt,
  objectAt,
  specOf,
  textAt,
  textsAt,
  visibleTo,
} from "../../routing/json.ts";
import { fullGateway } from "../../routing/virtual-services.ts";

export interface EffectiveRule {
  readonly owner: Manifest;
  readonly path: Segments;
  readonly rule: JsonObject;
  /** Alternatives, each a list of matches that must all hold: a delegate's own and the delegating rule's. None: it takes everything. */
  readonly matches: readonly (readonly JsonObject[])[];
  /** The object that delegates to the owner, which says what the owner doesn't; absent: the owner says all of it. */
  readonly through?: Manifest;
}

export interface LeftOut {
  readonly owner: Manifest;
  readonly path: Segments;
  readonly why: string;
}

export function effectiveRules(
  vs: Manifest,
  world: Pick<PolicyWorld, "objects">,
): { readonly rules: readonly EffectiveRule[]; readonly leftOut: readonly LeftOut[] } {
  const rules: EffectiveRule[] = [];
  const leftOut: LeftOut[] = [];
  for (const [index, rule] of listAt(specOf(vs), "http").entries()) {
    const path = ["spec", "http", index];
    if (!has(rule, "delegate")) {
      rules.push({ owner: vs, path, rule, matches: matchesOf(rule, vs).map((match) => [match]) });
      continue;
    }
    const name = textAt(objectAt(rule, "delegate"), "name") ?? "";
    const namespace = textAt(objectAt(rule, "delegate"), "namespace") || namespaceOf(vs);
    const to = world
      .objects("VirtualService")
      .find((each) => each.metadata.name === name && namespaceOf(each) === namespace);
    const why = unfit(to, namespaceOf(vs));
    if (to === undefined || why !== null) {
      leftOut.push({ owner: vs, path, why: `its delegate ${namespace}/${name} ${why ?? "isn't there"}` });
      continue;
    }
    for (const [at, own] of listAt(specOf(to), "http").entries()) {
      const there = ["spec", "http", at];
      const matches = merged(matchesOf(own, to), matchesOf(rule, vs));
      if (has(own, "delegate")) leftOut.push({ owner: to, path: there, why: "a delegate can't delegate further" });
      else if (matches === null) leftOut.push({ owner: to, path: there, why: WIDER });
      else rules.push({ owner: to, path: there, rule: { ...inherited(rule), ...own }, matches, through: vs });
    }
  }
  return { rules, leftOut };
}

const INHERITED = [
  ...["timeout", "retries", "fault", "mirror", "mirrors", "mirrorPercent", "mirrorPercentage"],
  ...["rewrite", "corsPolicy", "headers"],
];

/** What a delegate's rule doesn't say itself the delegating rule says. (mergeHTTPRoute in pilot/pkg/model/virtualservice.go) */
const inherited = (rule: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(rule).filter(([key]) => INHERITED.includes(key)));

function unfit(to: Manifest | undefined, namespace: string): string | null {
  if (to === undefined) return "isn't there";
  if (textsAt(specOf(to), "hosts").length > 0) return "has hosts of its own";
  return visibleTo(to, namespace) ? null : `isn't exported to ${namespace}`;
}

const WIDER = "it asks for more than the rule that delegates to it lets through";

/** With the names of gateways made full. */
const matchesOf = (rule: JsonObject, owner: Manifest): readonly JsonObject[] =>
  listAt(rule, "match").map((match) =>
    has(match, "gateways")
      ? { ...match, gateways: textsAt(match, "gateways").map((name) => fullGateway(name, namespaceOf(owner))) }
      : match,
  );

/** Each of the delegate's matches with each that it lies within; null: one lies within none. */
function merged(inner: readonly JsonObject[], outer: readonly JsonObject[]): EffectiveRule["matches"] | null {
  if (inner.length === 0 || outer.length === 0) return [...inner, ...outer].map((match) => [match]);
  const pairs = inner.map((leaf) => outer.filter((each) => agree(each, leaf)).map((each) => [each, leaf]));
  return pairs.some((list) => list.length === 0) ? null : pairs.flat();
}

function agree(root: JsonObject, leaf: JsonObject): boolean {
  const maps = (key: string) =>
    Object.entries(objectAt(leaf, key)).every(([name, value]) => narrows(objectAt(root, key)[name], value));
  const [port, wanted] = [numberAt(root, "port"), numberAt(leaf, "port")];
  // What comes from one namespace alone must be said again by the delegate, unlike all else.
  const namespace = textAt(root, "sourceNamespace");
  const labels = mapAt(root, "sourceLabels");
  const [gateways, own] = [textsAt(root, "gateways"), textsAt(leaf, "gateways")];
  return (
    ["uri", "scheme", "method", "authority"].every((key) => narrows(root[key], leaf[key])) &&
    maps("headers") &&
    maps("withoutHeaders") &&
    maps("queryParams") &&
    (root["ignoreUriCase"] === true) === (leaf["ignoreUriCase"] === true) &&
    (!port || !wanted || port === wanted) &&
    (!namespace || textAt(leaf, "sourceNamespace") === namespace) &&
    Object.entries(mapAt(leaf, "sourceLabels")).every(([key, value]) => (labels[key] ?? value) === value) &&
    (gateways.length === 0 || own.every((name) => gateways.includes(name)))
  );
}

/** Regular expressions on both sides can't be compared and never agree. */
function narrows(root: unknown, leaf: unknown): boolean {
  if (!isObject(root) || !isObject(leaf)) return true;
  if (textAt(root, "regex") || textAt(leaf, "regex")) return false;
  const [exact, prefix] = [textAt(root, "exact"), textAt(root, "prefix")];
  const text = textAt(leaf, "exact") || textAt(leaf, "prefix");
  if (exact) return !textAt(leaf, "prefix") && text === exact;
  return Boolean(prefix) && Boolean(text) && text?.startsWith(prefix ?? "") === true;
}
