/** Annotations with which Istio's webhook refuses an object: functions of Istio's pkg/config/validation. */
import type { Manifest } from "#lib/policy/manifest.ts";
import { actionOf } from "../meaning/authorization/action.ts";
import { objectAt } from "../routing/json.ts";
import type { Draft } from "./family.ts";
import { goes, refused } from "./refused-draft.ts";

const DRY_RUN = "istio.io/dry-run";
/** What strconv.ParseBool takes. */
const BOOLEAN = /^(1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/;
/** Of objects that istiod makes itself, and of one that nobody makes. (validateMetadata) */
const INTERNAL = [
  "internal.istio.io/webhook-always-reject",
  "internal.istio.io/parent-namespace",
  "internal.istio.io/parents",
];

/** (validateMetadata, checkDryRunAnnotation) */
export function* refusedAnnotations(object: Manifest): Generator<Draft> {
  const annotations = objectAt(object.metadata, "annotations");
  for (const name of INTERNAL) {
    if (!Object.hasOwn(annotations, name)) continue;
    const path = ["metadata", "annotations", name];
    yield refused(object, path, "Nobody but istiod writes it.", goes(object, path));
  }
  if (!Object.hasOwn(annotations, DRY_RUN)) return;
  const path = ["metadata", "annotations", DRY_RUN];
  if (object.kind !== "AuthorizationPolicy") {
    yield refused(object, path, "Only an AuthorizationPolicy is tried without effect.", goes(object, path));
    return;
  }
  const action = actionOf(object);
  const value = annotations[DRY_RUN];
  if (action !== "ALLOW" && action !== "DENY")
    yield refused(
      object,
      path,
      `A policy that has the action ${action} can’t be tried without effect.`,
      "Take it away.",
    );
  else if (typeof value !== "string" || !BOOLEAN.test(value))
    yield refused(object, path, "It is neither true nor false.", "Write one of them.");
}
