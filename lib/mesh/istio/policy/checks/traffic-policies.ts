/** Traffic policies of a DestinationRule wherever they stand: of the host, of ports, of subsets and of their ports. */
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { has, listAt, objectAt, specOf } from "../routing/json.ts";

interface Placed {
  readonly path: Segments;
  readonly policy: JsonObject;
}

function* withPorts(policy: JsonObject, path: Segments): Generator<Placed> {
  yield { path, policy };
  for (const [i, each] of listAt(policy, "portLevelSettings").entries()) {
    yield { path: [...path, "portLevelSettings", i], policy: each };
  }
}

export function* trafficPolicies(rule: Manifest): Generator<Placed> {
  const spec = specOf(rule);
  if (has(spec, "trafficPolicy")) {
    yield* withPorts(objectAt(spec, "trafficPolicy"), ["spec", "trafficPolicy"]);
  }
  for (const [i, subset] of listAt(spec, "subsets").entries()) {
    if (has(subset, "trafficPolicy")) {
      yield* withPorts(objectAt(subset, "trafficPolicy"), ["spec", "subsets", i, "trafficPolicy"]);
    }
  }
}
