/**
 * What is asked of a call at one proxy, in the order in which it is asked, and what becomes of a call that no rule takes.
 * https://istio.io/latest/docs/concepts/security/#implicit-enablement
 */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { JwtWords, PolicyWords, SecurityPoint } from "#lib/policy/security.ts";
import { listAt, textAt } from "../../routing/json.ts";
import { type Action, actionOf, isDryRun } from "../authorization/action.ts";
import { attached, type EnforcementPoint } from "../authorization/attached.ts";
import { badProvider, providerOf } from "../authorization/decide.ts";
import { hasRevision, unreadIn } from "../revisions.ts";
import { blind, HIDDEN, type SecurityWorld, sourceOf } from "./sight.ts";
import { rulesInWords } from "./words.ts";

const ORDER: readonly Action[] = ["CUSTOM", "DENY", "ALLOW", "AUDIT"];
const STAGES = { CUSTOM: "custom", DENY: "deny", ALLOW: "allow", AUDIT: "audit" } as const;

/** ztunnel has no CUSTOM and no AUDIT. https://istio.io/latest/docs/ambient/usage/l4-policy/ */
const read = (point: EnforcementPoint, action: Action): boolean =>
  point.kind !== "ztunnel" || action === "DENY" || action === "ALLOW";

export function pointOf(
  point: EnforcementPoint,
  world: SecurityWorld,
  { name, note }: { readonly name: string; readonly note: string | null },
): SecurityPoint {
  const counting = attached(world.objects("AuthorizationPolicy"), point, world.rootNamespace);
  // Whether it is read isn't known: nothing is told of what follows from it.
  const all = counting.filter((each) => unreadIn(world, [each]).length === 0);
  const tokens = attached(world.objects("RequestAuthentication"), point, world.rootNamespace);
  const seen = all.filter(world.sees);
  const words = (policy: Manifest): PolicyWords => ({
    source: sourceOf(world, policy, []),
    stage: STAGES[actionOf(policy)],
    rules: rulesInWords(policy, point.kind),
  });
  // CUSTOM is asked all the same.
  const counted = (policy: Manifest) => isDryRun(policy) && actionOf(policy) !== "CUSTOM";
  const used = seen.filter((policy) => read(point, actionOf(policy)));
  const enforced = ORDER.flatMap((action) => used.filter((each) => actionOf(each) === action && !counted(each)));
  // Nobody's JWT decides what becomes of a call that no rule takes: without one it passes.
  const policiesLack = [
    ...blind(world, "AuthorizationPolicy"),
    ...(counting.every(world.sees) ? [] : [HIDDEN]),
    ...unreadIn(world, counting),
  ];
  const tokensLack = [
    ...blind(world, "RequestAuthentication"),
    ...(tokens.every(world.sees) ? [] : [HIDDEN]),
    ...unreadIn(world, tokens),
  ];
  const lacks = [...new Set([...policiesLack, ...(point.kind === "ztunnel" ? [] : tokensLack)])];
  const visibleTokens = tokens.filter(world.sees);
  return {
    ...{ kind: point.kind, name, note: [note ?? [], refusedBy(enforced, world)].flat().join(" ") || null, lacks },
    policies: enforced.map(words),
    jwt: point.kind === "ztunnel" ? [] : visibleTokens.flatMap((each) => jwtWords(each, world)),
    dryRun: used.filter(counted).map(words),
    ignored: [
      ...ofOthers(point, counting, world),
      ...seen
        .filter((policy) => !read(point, actionOf(policy)))
        .map((policy) => ({
          source: sourceOf(world, policy, ["spec", "action"]),
          why: `ztunnel doesn’t know the action ${actionOf(policy)}: it needs a waypoint.`,
        })),
      ...(point.kind === "ztunnel" ? visibleTokens : []).map((policy) => ({
        source: sourceOf(world, policy, []),
        why: "ztunnel reads no JWT: it needs a waypoint.",
      })),
    ],
    otherwise: otherwise(enforced, policiesLack, world),
  };
}

/** Policies that would count here, of revisions that aren't, or may not be, this proxy's. */
function ofOthers(point: EnforcementPoint, counting: readonly Manifest[], world: SecurityWorld) {
  const all = (world.everything ?? world.objects)("AuthorizationPolicy").filter(hasRevision);
  return attached(all, point, world.rootNamespace)
    .filter(world.sees)
    .flatMap((policy) => {
      const [lacks] = unreadIn(world, [policy]);
      if (counting.includes(policy) && lacks === undefined) return [];
      const why = counting.includes(policy)
        ? `Whether it counts rests on ${lacks}.`
        : "It is for the control plane of another revision (istio.io/rev), which doesn’t serve this proxy.";
      return [{ source: sourceOf(world, policy, ["metadata", "labels", "istio.io/rev"]), why }];
    });
}

/** What becomes of calls to an authorizer that can't be asked. */
function refusedBy(enforced: readonly Manifest[], { mesh }: SecurityWorld): readonly string[] {
  const custom = enforced.filter((each) => actionOf(each) === "CUSTOM");
  const bad = badProvider(new Set(custom.map(providerOf)), mesh?.authorizers ?? null);
  return bad === null ? [] : [`CUSTOM asks nobody here, and calls that its rules take are refused: ${bad}.`];
}

const jwtWords = (policy: Manifest, world: SecurityWorld): readonly JwtWords[] =>
  listAt(policy.spec, "jwtRules").map((rule, index) => ({
    source: sourceOf(world, policy, ["spec", "jwtRules", index]),
    issuer: textAt(rule, "issuer"),
  }));

/** What isn't known may add a refusal, never lift one. */
function otherwise(
  enforced: readonly Manifest[],
  lacks: readonly string[],
  world: SecurityWorld,
): SecurityPoint["otherwise"] {
  const armed = enforced.find((each) => actionOf(each) === "ALLOW");
  if (armed !== undefined) {
    const why = "An ALLOW policy counts here, so whom no ALLOW rule takes is refused.";
    return { verdict: "deny", source: sourceOf(world, armed, ["spec"]), why };
  }
  if (lacks.length > 0) {
    return { verdict: "unknown", source: null, why: "Whether any ALLOW policy counts here isn’t known." };
  }
  const why =
    enforced.length === 0
      ? "No policy counts here: everyone may call."
      : "No ALLOW policy counts here: what nothing above refuses is let in.";
  return { verdict: "allow", source: null, why };
}
