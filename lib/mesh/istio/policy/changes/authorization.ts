/** AuthorizationPolicy. https://istio.io/latest/docs/reference/config/security/authorization-policy/ */
import type { AccessRule, AuthorizationIntent } from "#lib/policy/intent.ts";
import { keysOf } from "#lib/policy/json.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { refText } from "#lib/policy/ref.ts";
import { actionOf, isDryRun } from "../meaning/authorization/action.ts";
import { isBlock } from "../meaning/authorization/address.ts";
import { type Json, type JsonObject, listAt, namespaceOf, specOf } from "../routing/json.ts";
import { UNTIL } from "../temporary.ts";
import { readAccess, sameAccess, writeAccess } from "./access-rule.ts";
import { editMap, editSpec, refuse, set, type Workbench } from "./edit.ts";
import { setTarget } from "./policy-target.ts";

const KIND = "AuthorizationPolicy";
const DRY_RUN = "istio.io/dry-run";

export function authorization(intent: AuthorizationIntent, bench: Workbench): void {
  const { namespace, name, action, target, rule, replaces, remove, dryRun, until } = intent;
  if (intent.cluster !== bench.world.cluster) refuse("cluster", `${intent.cluster} isn't the cluster that is read`);
  const found = bench.world.objects(KIND).find((one) => one.metadata.name === name && namespaceOf(one) === namespace);
  if (remove === "policy") {
    if (found === undefined) return;
    bench.delete(found);
    bench.note(`deletes ${refText(bench.ref(found))}`);
    return;
  }
  if (remove === "rule" && rule === undefined) refuse("rule", "which one is to go isn't given");
  if (remove === "rule" && found === undefined) return;
  if (replaces !== undefined && rule === undefined) refuse("rule", "what takes its place isn't given");
  if (rule !== undefined && remove === undefined) checked(rule);
  let after = found ?? create(bench, namespace, name);
  if (target !== undefined) after = setTarget(after, target, bench);
  if (action !== undefined) after = editSpec(after, (spec) => withAction(spec, action, after));
  if (rule !== undefined) after = editSpec(after, (spec) => withRule(spec, rule, replaces, remove === "rule"));
  if (dryRun !== undefined && dryRun !== isDryRun(after))
    // Its end goes with it.
    after = editMap(after, "annotations", {
      [DRY_RUN]: dryRun ? "true" : undefined,
      ...(dryRun ? {} : { [UNTIL]: undefined }),
    });
  if (until !== undefined) {
    if (until !== null && !isDryRun(after)) refuse("until", "only a dry run has an end");
    after = editMap(after, "annotations", { [UNTIL]: until ?? undefined });
  }
  bench.put(after);
  for (const text of notesOf(after)) bench.note(text);
}

function create(bench: Workbench, namespace: string, name: string): Manifest {
  bench.note(`creates ${KIND} ${namespace}/${name}`);
  const apiVersion = bench.apiVersion(KIND, "security.istio.io/v1");
  return { apiVersion, kind: KIND, metadata: { name, namespace }, spec: { action: "ALLOW" } };
}

/** No action is ALLOW; which of them is written stays. */
function withAction(spec: JsonObject, action: "ALLOW" | "DENY", policy: Manifest): JsonObject {
  const now = actionOf(policy);
  if (now === "CUSTOM" || now === "AUDIT") refuse("action", `it is ${now}: that is changed as text alone`);
  return now === action ? spec : set(spec, "action", action);
}

/** Rules are found again by what they ask for: places change while others are added and taken away. */
function withRule(spec: JsonObject, wanted: AccessRule, replaces: AccessRule | undefined, remove: boolean): JsonObject {
  const rules = listAt(spec, "rules");
  const read = rules.map(readAccess);
  const places = (access: AccessRule) =>
    [...read.keys()].filter((at) => read[at] && sameAccess(read[at].access, access));
  const put = (list: readonly JsonObject[]): JsonObject =>
    set(spec, "rules", list.length === 0 ? undefined : ([...list] as readonly Json[]));
  const looked = remove ? wanted : replaces;
  if (looked === undefined) {
    const there = places(wanted).some((at) => read[at]?.more === false);
    return there ? spec : put([...rules, writeAccess({}, wanted)]);
  }
  const [place, ...others] = places(looked);
  if (others.length > 0) refuse(remove ? "rule" : "replaces", "several rules ask for this: change them as text");
  if (place === undefined) {
    if (remove || places(wanted).length > 0) return spec;
    refuse("replaces", "no rule asks for this");
  }
  if (remove) return put(rules.filter((_, at) => at !== place));
  if (places(wanted).some((at) => at !== place)) refuse("rule", "another rule asks for this already");
  const before = rules[place] ?? {};
  const after = writeAccess(before, wanted);
  return after === before ? spec : put(rules.map((one, at) => (at === place ? after : one)));
}

/** @throws MeshscopeError `bad_intent` for what Istio would refuse or never match. */
function checked(rule: AccessRule): void {
  if (rule.serviceAccounts !== undefined && (rule.principals !== undefined || rule.namespaces !== undefined))
    refuse("rule.serviceAccounts", "Istio takes them neither beside principals nor beside namespaces");
  for (const key of ["ipBlocks", "remoteIpBlocks"] as const) {
    const wrong = rule[key]?.find((each) => !isBlock(each));
    if (wrong !== undefined) refuse(`rule.${key}`, `${wrong} is neither an address nor a block such as 10.0.0.0/8`);
  }
  for (const key of ["principals", "methods"] as const) {
    const wrong = rule[key]?.find((each) => each.slice(1, -1).includes("*"));
    if (wrong !== undefined) refuse(`rule.${key}`, `${wrong}: a * counts at the beginning or the end alone`);
  }
  const wrong = rule.paths?.find((each) => !/[{}]/.test(each) && each.slice(1, -1).includes("*"));
  if (wrong !== undefined)
    refuse("rule.paths", `${wrong}: a * counts at the beginning or the end alone, {*} stands for one segment`);
  if (rule.principals?.some((each) => each.startsWith("spiffe://")))
    refuse("rule.principals", "they are written without spiffe://");
}

function notesOf(policy: Manifest): readonly string[] {
  const [action, dry, rules] = [actionOf(policy), isDryRun(policy), listAt(specOf(policy), "rules")];
  const any = rules.some((rule) => ["from", "to", "when"].every((key) => listAt(rule, key).length === 0));
  return [
    ...(rules.length > 0
      ? []
      : action === "ALLOW"
        ? ["without a rule it lets nothing in"]
        : [`without a rule nothing is ${action === "DENY" ? "denied" : "taken"}`]),
    ...(any
      ? [
          action === "DENY"
            ? "a rule without conditions denies every call"
            : "a rule without conditions takes every call",
        ]
      : []),
    ...(action === "ALLOW" && !dry ? ["what no rule of any ALLOW policy takes is refused there"] : []),
    ...(action === "ALLOW" && dry
      ? ["the dry run counts what its rules take; that all else would be refused it never tests"]
      : []),
    ...(dry ? ["a dry run refuses nothing; a ztunnel before 1.29 enforces it all the same", endOf(policy)] : []),
    ...(!dry && keysOf(policy.metadata.annotations ?? {}).includes(DRY_RUN)
      ? [`${DRY_RUN} says false: it is enforced`]
      : []),
  ];
}

function endOf({ metadata }: Manifest): string {
  const until = metadata.annotations?.[UNTIL];
  return until === undefined
    ? "the dry run has no end: nothing will remind of it"
    : `until ${until} it is a dry run: from then on the console offers its removal`;
}
