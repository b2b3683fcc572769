/** Istio's policies, and Gateway API's as Istio takes them, behind the policy port. */
import type { PolicyPort } from "#lib/policy/port.ts";
import { BADGE_KINDS, badges } from "./badges.ts";
import { changes } from "./changes.ts";
import { kinds } from "./kinds.ts";
import { order } from "./order.ts";
import { references } from "./references.ts";
import { routing } from "./routing.ts";
import { selection } from "./selection.ts";

export const istioPolicies: PolicyPort = {
  mesh: "istio",
  badgeKinds: BADGE_KINDS,
  ...{ kinds, selection, references, routing, badges, changes, order },
};
