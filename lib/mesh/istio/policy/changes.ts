/** What intents come to in Istio's and Gateway API's objects: docs/policies-forms.md. */
import type { Intent } from "#lib/policy/intent.ts";
import type { IntendedChanges, PolicyWorld } from "#lib/policy/port.ts";
import { authorization } from "./changes/authorization.ts";
import { destination } from "./changes/destination.ts";
import { refuse, Workbench } from "./changes/edit.ts";
import { egress } from "./changes/egress.ts";
import { match } from "./changes/match.ts";
import { mtls } from "./changes/mtls.ts";
import { exportTo, injection } from "./changes/namespaces.ts";
import { removeRouting } from "./changes/removal.ts";
import { requestAuthentication } from "./changes/request-authentication.ts";
import { fault, mirror, resilience } from "./changes/rule-settings.ts";
import { shift } from "./changes/shift.ts";

/** @throws MeshscopeError `bad_intent`; the detail begins with the field. */
export function changes(intent: Intent, world: PolicyWorld): IntendedChanges {
  const bench = new Workbench(world);
  if ("service" in intent && intent.service.cluster !== world.cluster) {
    refuse("service.cluster", `${intent.service.cluster} isn't the cluster that is read`);
  }
  carryOut(intent, bench);
  return bench.result();
}

function carryOut(intent: Intent, bench: Workbench): void {
  switch (intent.kind) {
    case "shift":
      return shift(intent, bench);
    case "match":
      return match(intent, bench);
    case "mirror":
      return mirror(intent, bench);
    case "resilience":
      return resilience(intent, bench);
    case "fault":
      return fault(intent, bench);
    case "destination":
      return destination(intent, bench);
    case "mtls":
      return mtls(intent, bench);
    case "egress":
      return egress(intent, bench);
    case "authorization":
      return authorization(intent, bench);
    case "request-authentication":
      return requestAuthentication(intent, bench);
    case "injection":
      return injection(intent, bench);
    case "export":
      return exportTo(intent, bench);
    case "remove-routing":
      return removeRouting(intent, bench);
  }
}
