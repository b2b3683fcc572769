/** What the console reads of policies: of the one mesh whose objects it knows. */
import { references } from "#lib/mesh/istio/policy/references.ts";
import { routing } from "#lib/mesh/istio/policy/routing.ts";
import { selection } from "#lib/mesh/istio/policy/selection.ts";
import { policyKinds } from "#lib/mesh/policies.ts";
import type { ReadingPort } from "./deps.ts";

export const readingPort: ReadingPort = { kinds: policyKinds, selection, references, routing };
