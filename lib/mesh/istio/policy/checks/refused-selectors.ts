/** What Istio's webhook refuses of how objects say what they are for: functions of Istio's pkg/config/validation. */
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { has, listAt, objectAt, specOf, textAt } from "../routing/json.ts";
import type { Draft } from "./family.ts";
import { SELECTORS } from "./odd-others.ts";
import { refused, said } from "./refused-draft.ts";

/** (validateWorkloadSelector, ValidateAlphaWorkloadSelector) */
export function* selector(object: Manifest): Generator<Draft> {
  const place = SELECTORS[object.kind];
  if (place === undefined) return;
  const [field, list] = place;
  const labels = objectAt(objectAt(object.spec, field), list);
  for (const [key, value] of Object.entries(labels)) {
    const path = ["spec", field, list, key];
    if (key === "") yield refused(object, ["spec", field, list], "A label has no key.", "Write the key.");
    if (key.includes("*") || (typeof value === "string" && value.includes("*")))
      yield refused(
        object,
        path,
        "A selector takes no wildcard: it would be compared as it is written.",
        "Write labels that workloads carry.",
      );
  }
}

/** (validateOneOfSelectorType) */
export function* targets(policy: Manifest): Generator<Draft> {
  const spec = specOf(policy);
  const ways = [
    ...said(spec, ["selector", "targetRef"]),
    ...(listAt(spec, "targetRefs").length > 0 ? ["targetRefs"] : []),
  ];
  const [, second] = ways;
  if (second !== undefined)
    yield refused(policy, ["spec", second], `Only one of ${ways.join(" and ")} can be said.`, "Keep one.");
  if (has(spec, "targetRef")) yield* target(policy, objectAt(spec, "targetRef"), ["spec", "targetRef"]);
  for (const [i, each] of listAt(spec, "targetRefs").entries()) yield* target(policy, each, ["spec", "targetRefs", i]);
}

/** allowedTargetRefs, by group; the group of Kubernetes' own kinds is unsaid, or `core`. */
const TARGETS: Readonly<Record<string, string>> = {
  Service: "core",
  ServiceEntry: "networking.istio.io",
  Gateway: "gateway.networking.k8s.io",
  GatewayClass: "gateway.networking.k8s.io",
};

/** (validatePolicyTargetReference) */
function* target(policy: Manifest, value: JsonObject, path: Segments): Generator<Draft> {
  const text = (key: string) => textAt(value, key) ?? "";
  const kind = text("kind");
  if (text("name") === "") yield refused(policy, path, "It names no object.", "Add name.");
  if (text("namespace") !== "")
    yield refused(
      policy,
      [...path, "namespace"],
      "A policy is for objects of its own namespace, which isn’t said.",
      "Take it away, or make the policy in that namespace.",
    );
  if (!Object.hasOwn(TARGETS, kind) || TARGETS[kind] !== (text("group") || "core"))
    yield refused(
      policy,
      path,
      "It is for a Service, a ServiceEntry of networking.istio.io, or a Gateway or GatewayClass of gateway.networking.k8s.io.",
      "Write kind and group of one of these.",
    );
}
