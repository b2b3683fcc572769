/** What Istio's webhook refuses of AuthorizationPolicies: functions of Istio's pkg/config/validation and pkg/config/security. */
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { actionOf } from "../meaning/authorization/action.ts";
import { has, listAt, objectAt, specOf, textAt, textsAt } from "../routing/json.ts";
import { conditionProblem, keyProblem, MOST_ACCOUNTS, VALUES } from "./authorization-values.ts";
import { type Draft, removing } from "./family.ts";
import { refused } from "./refused-draft.ts";

const SOURCE =
  "principals requestPrincipals namespaces ipBlocks remoteIpBlocks serviceAccounts trustDomains notPrincipals notRequestPrincipals notNamespaces notIpBlocks notRemoteIpBlocks notServiceAccounts notTrustDomains".split(
    " ",
  );
const OPERATION = "ports methods paths hosts notPorts notMethods notPaths notHosts".split(" ");
const IPS = SOURCE.filter((key) => /ipBlocks$/i.test(key));
/** A CUSTOM policy's rules choose which calls an authorizer is asked of, before anybody is known. */
const NOT_CUSTOM = SOURCE.filter((key) => !IPS.includes(key));
const KEYS_NOT_CUSTOM = /^(source\.(namespace|serviceAccount|trustDomain|principal)$|request\.auth\.)/;

/** (ValidateAuthorizationPolicy) */
export function* refusedAuthorization(policy: Manifest): Generator<Draft> {
  const spec = specOf(policy);
  const action = actionOf(policy);
  const rules = listAt(spec, "rules");
  if ((action === "DENY" || action === "CUSTOM") && rules.length === 0)
    yield refused(policy, ["spec"], `Without rules ${action} takes no call.`, "Add rules; {} takes every call.");
  if (action !== "CUSTOM" && has(spec, "provider"))
    yield refused(policy, ["spec", "provider"], `${action} asks no provider.`, {
      text: "Take it away.",
      edits: [removing(["spec", "provider"])],
    });
  if (action === "CUSTOM" && rules.length > 0 && (textAt(objectAt(spec, "provider"), "name") ?? "") === "")
    yield refused(policy, ["spec", "provider"], "CUSTOM says who is asked.", "Add provider.name.");
  for (const [i, rule] of rules.entries()) {
    const path = ["spec", "rules", i];
    yield* parts(policy, rule, path, "from", "source", SOURCE);
    yield* parts(policy, rule, path, "to", "operation", OPERATION);
    for (const [j, from] of listAt(rule, "from").entries())
      yield* source(policy, objectAt(from, "source"), [...path, "from", j, "source"], action);
    for (const [j, when] of listAt(rule, "when").entries())
      yield* condition(policy, when, [...path, "when", j], action);
  }
}

function* parts(
  policy: Manifest,
  rule: JsonObject,
  path: Segments,
  ...[list, part, keys]: readonly [string, string, readonly string[]]
): Generator<Draft> {
  const all = listAt(rule, list);
  for (const [j, each] of all.entries()) {
    const value = objectAt(each, part);
    const place = [...path, list, j, part];
    if (keys.every((key) => textsAt(value, key).length === 0))
      yield refused(policy, place, `${part} says nothing.`, "Say what is meant, or take it away.");
    for (const key of keys) {
      const list = textsAt(value, key);
      if (/serviceAccounts$/i.test(key) && list.length > MOST_ACCOUNTS)
        yield refused(
          policy,
          [...place, key],
          `It lists more than ${MOST_ACCOUNTS} accounts.`,
          "Make several sources.",
        );
      for (const [k, text] of list.entries()) {
        const problem = text === "" ? "An empty text is taken for nobody’s." : VALUES[key]?.(text);
        if (problem) yield refused(policy, [...place, key, k], problem, text === "" ? "Take it away." : "Correct it.");
      }
    }
  }
}

function* source(policy: Manifest, value: JsonObject, path: Segments, action: string): Generator<Draft> {
  const named = (keys: readonly string[]) => keys.find((key) => textsAt(value, key).length > 0);
  const account = named(["serviceAccounts", "notServiceAccounts"]);
  const other = named(["principals", "notPrincipals", "namespaces", "notNamespaces"]);
  if (account !== undefined && other !== undefined)
    yield refused(
      policy,
      [...path, account],
      `${account} stands neither beside principals nor namespaces.`,
      "Keep one.",
    );
  const custom = action === "CUSTOM" ? named(NOT_CUSTOM) : undefined;
  if (custom !== undefined)
    yield refused(
      policy,
      [...path, custom],
      `A CUSTOM policy can’t choose calls by ${custom}.`,
      "Let the authorizer do so.",
    );
}

/** (ValidateAttribute) */
function* condition(policy: Manifest, when: JsonObject, path: Segments, action: string): Generator<Draft> {
  const key = textAt(when, "key") ?? "";
  const said = ["values", "notValues"].flatMap((list) => textsAt(when, list).map((text, i) => ({ list, text, i })));
  if (key === "") yield refused(policy, [...path, "key"], "The condition has no key.", "Add key.");
  else if (action === "CUSTOM" && KEYS_NOT_CUSTOM.test(key))
    yield refused(policy, [...path, "key"], "A CUSTOM policy can’t choose calls by it.", "Let the authorizer do so.");
  else if (said.length === 0)
    yield refused(policy, path, "The condition has neither values nor notValues.", "Add one of them.");
  else {
    const problem = keyProblem(key);
    if (problem !== null)
      yield refused(policy, [...path, "key"], problem, "Write a key of Istio’s, such as request.headers[a].");
    for (const { list, text, i } of said) {
      const wrong = text === "" ? "An empty text is taken for nobody’s." : conditionProblem(key, text);
      if (wrong !== null) yield refused(policy, [...path, list, i], wrong, "Correct it, or take it away.");
    }
  }
}
