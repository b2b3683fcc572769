/** Fields and kinds that Istio's reference marks as deprecated, or no longer has. */
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { has, listAt, numberAt, objectAt, textAt } from "../routing/json.ts";
import { AUTHORIZATION_POLICY, VIRTUAL_SERVICE } from "./docs.ts";
import { type Draft, type Family, removing, setting } from "./family.ts";
import { trafficPolicies } from "./traffic-policies.ts";

type Edits = readonly ReturnType<typeof setting>[];

const old = (at: Manifest, path: Segments, instead: string, edits: Edits = []): Draft => ({
  ...{ code: "field-deprecated", at, path },
  message: `${String(path.at(-1))} is deprecated: ${instead} takes its place.`,
  fix: { text: `Use ${instead}.`, edits },
});

/** What is said already isn't written over by the old field's value. */
const unless = (value: JsonObject, key: string, edit: Edits[number]): Edits => (has(value, key) ? [] : [edit]);

function* virtualService(vs: Manifest): Generator<Draft> {
  for (const [i, rule] of listAt(vs.spec, "http").entries()) {
    const path = ["spec", "http", i];
    for (const key of ["mirrorPercent", "mirror_percent"]) {
      const value = numberAt(rule, key);
      if (value === null) continue;
      yield old(vs, [...path, key], "mirrorPercentage", [
        ...unless(rule, "mirrorPercentage", setting([...path, "mirrorPercentage"], { value })),
        removing([...path, key]),
      ]);
    }
    if (has(objectAt(rule, "corsPolicy"), "allowOrigin"))
      yield old(vs, [...path, "corsPolicy", "allowOrigin"], "allowOrigins");
    const delay = objectAt(objectAt(rule, "fault"), "delay");
    if (has(delay, "percent")) {
      const place = [...path, "fault", "delay"];
      yield old(vs, [...place, "percent"], "percentage", [
        ...unless(delay, "percentage", setting([...place, "percentage"], { value: numberAt(delay, "percent") ?? 0 })),
        removing([...place, "percent"]),
      ]);
    }
  }
}

function* destinationRule(rule: Manifest): Generator<Draft> {
  for (const { path, policy } of trafficPolicies(rule)) {
    const outlier = objectAt(policy, "outlierDetection");
    if (numberAt(outlier, "consecutiveErrors") !== null) {
      // applyOutlierDetection: moved over, the number would begin to count.
      yield {
        ...{ code: "field-deprecated", at: rule, path: [...path, "outlierDetection", "consecutiveErrors"] },
        message: "consecutiveErrors is deprecated, and istiod no longer reads it: it counts for nothing.",
        fix: "Say consecutive5xxErrors or consecutiveGatewayErrors where a number is meant, and take it away.",
      };
    }
    const hash = objectAt(objectAt(policy, "loadBalancer"), "consistentHash");
    const ring = hash["minimumRingSize"];
    if (ring !== undefined && ring !== null && Number(ring) !== 0) {
      const place = [...path, "loadBalancer", "consistentHash"];
      yield old(rule, [...place, "minimumRingSize"], "ringHash.minimumRingSize", ringEdits(hash, place, ring));
    }
  }
}

/** Beside another algorithm Istio refuses it: then only taking it away is left. */
function ringEdits(hash: JsonObject, place: Segments, ring: JsonObject[string]): Edits {
  const gone = removing([...place, "minimumRingSize"]);
  if (has(hash, "maglev") || has(hash, "ringHash")) return [gone];
  return [setting([...place, "ringHash"], { minimumRingSize: ring }), gone];
}

/** Kinds of before Istio 1.6, of which nothing is read: deprecatedCRDs in Istio's pkg/config/analysis/analyzers/deprecation. */
const RBAC = "rbac.istio.io";
const REMOVED = new Set(["clusterrbacconfigs", "rbacconfigs", "serviceroles", "servicerolebindings"]);

/** Whether a CRD is of a kind that Istio no longer has. */
export function isRemoved({ spec, metadata }: Manifest): boolean {
  const [plural = ""] = metadata.name.split(".");
  return textAt(spec, "group") === RBAC && metadata.name === `${plural}.${RBAC}` && REMOVED.has(plural);
}

function* definition(crd: Manifest): Generator<Draft> {
  if (!isRemoved(crd)) return;
  yield {
    ...{ code: "kind-removed", at: crd, path: ["spec", "group"] },
    message: "Istio has had no such kind since 1.6: whatever objects of it say isn’t enforced.",
    fix: "Say it by AuthorizationPolicies, then delete the definition, and its objects with it.",
  };
}

export const deprecated: Family = {
  rules: {
    "field-deprecated": {
      also: ["IST0002", "IST0133"],
      severity: "warning",
      when: "A field is deprecated.",
      docs: VIRTUAL_SERVICE,
    },
    "kind-removed": {
      also: ["IST0002"],
      severity: "warning",
      when: "A CRD is of rbac.istio.io, whose kinds Istio no longer has.",
      docs: AUTHORIZATION_POLICY,
    },
  },
  parts: [
    { of: ["VirtualService"], reads: [], each: virtualService },
    { of: ["DestinationRule"], reads: [], each: destinationRule },
    { of: ["CustomResourceDefinition"], reads: [], each: definition },
  ],
};
