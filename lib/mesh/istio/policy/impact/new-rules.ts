/** What a gateway's rules do that none of them did before. */
import type { Workload } from "#lib/inventory/model.ts";
import { behaviourAt } from "./behaviour.ts";
import type { Alternative } from "./ends.ts";
import { doorsOf } from "./gateway-table.ts";
import type { ImpactWorld, Side, Sides } from "./sides.ts";

interface New {
  readonly before: Alternative;
  readonly after: Alternative;
}

const known = new WeakMap<Sides, WeakMap<Workload, readonly New[]>>();

/** Where nobody knows which rules take the calls, any of these may. Once for each gateway and change. */
export function newRules(gateway: Workload, sides: Sides, world: ImpactWorld): readonly New[] {
  const own = known.get(sides) ?? new WeakMap<Workload, readonly New[]>();
  known.set(sides, own);
  const found = own.get(gateway) ?? find(gateway, sides, world);
  own.set(gateway, found);
  return found;
}

function find(gateway: Workload, sides: Sides, world: ImpactWorld): readonly New[] {
  const rules = (side: Side) => doorsOf(gateway, side, world).domains.flatMap((domain) => domain.rules);
  const before = new Set(rules(sides.before).map((each) => JSON.stringify(behaviourAt(each))));
  const nothing: Alternative = { ends: [], by: null, takes: "" };
  return rules(sides.after).flatMap((after) =>
    before.has(JSON.stringify(behaviourAt(after))) ? [] : [{ before: nothing, after }],
  );
}
