/** RequestAuthentication. https://istio.io/latest/docs/reference/config/security/request_authentication/ */
import type { RequestAuthenticationIntent } from "#lib/policy/intent.ts";
import { same } from "#lib/policy/json.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { refText } from "#lib/policy/ref.ts";
import { has, type JsonObject, listAt, namespaceOf, specOf, textAt } from "../routing/json.ts";
import { editSpec, refuse, set, type Workbench } from "./edit.ts";
import { setTarget } from "./policy-target.ts";

const KIND = "RequestAuthentication";
const NAMED = ["audiences", "jwksUri", "fromHeaders", "fromParams", "forwardOriginalToken"] as const;

export function requestAuthentication(intent: RequestAuthenticationIntent, bench: Workbench): void {
  const { namespace, name, target, issuer, remove } = intent;
  if (intent.cluster !== bench.world.cluster) refuse("cluster", `${intent.cluster} isn't the cluster that is read`);
  const found = bench.world.objects(KIND).find((one) => one.metadata.name === name && namespaceOf(one) === namespace);
  if (found === undefined && remove === true) return;
  let after = found ?? create(bench, namespace, name);
  if (target !== undefined) after = setTarget(after, target, bench);
  const rules = listAt(specOf(after), "jwtRules");
  const places = [...rules.keys()].filter((at) => textAt(rules[at], "issuer") === issuer);
  const [place] = places;
  if (places.length > 1) refuse("issuer", "several rules of the object are of this issuer: change them as text");
  if (remove === true) {
    if (place === undefined) return;
    if (found !== undefined && rules.length === 1) {
      bench.delete(found);
      bench.note(`${refText(bench.ref(found))} would verify nothing any more and is deleted`);
      return;
    }
    bench.put(
      editSpec(after, (spec) =>
        set(
          spec,
          "jwtRules",
          rules.filter((_, at) => at !== place),
        ),
      ),
    );
    return;
  }
  const before = place === undefined ? { issuer } : (rules[place] ?? {});
  const rule = withFields(before, intent, bench);
  const next = place === undefined ? [...rules, rule] : rules.map((one, at) => (at === place ? rule : one));
  if (!same(next, rules)) after = editSpec(after, (spec) => set(spec, "jwtRules", next));
  bench.put(after);
  if (!has(rule, "jwksUri") && !has(rule, "jwks"))
    bench.note("without jwksUri the keys are looked for at the issuer's own OpenID configuration");
  bench.note("a call without a token passes: an AuthorizationPolicy has to ask for one");
}

/** Keys come from one place: an address takes the place of keys written inline. */
function withFields(rule: JsonObject, intent: RequestAuthenticationIntent, bench: Workbench): JsonObject {
  let now = rule;
  for (const key of NAMED) {
    const value = intent[key];
    if (value === undefined) continue;
    now = set(now, key, value === null ? undefined : value);
  }
  if (typeof intent.jwksUri !== "string" || !has(now, "jwks")) return now;
  bench.note("jwksUri takes the place of the keys that were written inline");
  return set(now, "jwks", undefined);
}

function create(bench: Workbench, namespace: string, name: string): Manifest {
  bench.note(`creates ${KIND} ${namespace}/${name}`);
  const apiVersion = bench.apiVersion(KIND, "security.istio.io/v1");
  return { apiVersion, kind: KIND, metadata: { name, namespace }, spec: {} };
}
