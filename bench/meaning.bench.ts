/**
 * What very many policies mean: a workload's effective security, one simulated request, what a change of one object does to all calls,
 * and a namespace's egress scope, each with all that is made of the objects first, beside parsing the same objects from JSON.
 */
import { proposeEgress } from "#lib/mesh/istio/policy/egress/propose.ts";
import { impactOf } from "#lib/mesh/istio/policy/impact/by-revision.ts";
import { many, PER_SERVICE } from "#lib/mesh/istio/policy/many.test-support.ts";
import { workloadSecurity } from "#lib/mesh/istio/policy/meaning/effective/security.ts";
import { simulate } from "#lib/mesh/istio/policy/meaning/effective/simulate.ts";
import { type Figure, median, timed } from "./support/scale.ts";

/** Policies. Calls are half as many. */
export const sizes = [1000, 4000, 10_000] as const;

const ROUNDS = 9;
const KINDS = ["AuthorizationPolicy", "PeerAuthentication", "DestinationRule", "VirtualService"];

export async function* run(size: number): AsyncGenerator<Figure> {
  const { world, calls, policies } = many(Math.ceil(size / PER_SERVICE), false);
  const workload = world.inventory.workloads.get("ns-0/s0");
  const service = world.inventory.services.get("ns-0/s0");
  if (workload === undefined || service === undefined) throw new Error("The mesh that is made begins with ns-0/s0.");
  const changed = KINDS.map((kind) => {
    const [before] = world.objects(kind);
    if (before === undefined) throw new Error(`The mesh that is made has a ${kind}.`);
    return { before, after: null };
  });
  const text = JSON.stringify(KINDS.map((kind) => world.objects(kind)));
  const client = { kind: "workload", namespace: "ns-0", name: "s1" } as const;
  const visible = () => true;
  const works: Readonly<Record<string, () => unknown>> = {
    "effective security": () => workloadSecurity(workload, world),
    "simulated request": () => simulate({ client, service, port: 80, autoMtls: true }, service, world),
    "impact of four deletions": () => impactOf({ changes: changed, calls, world, visible }),
    "egress scope": () =>
      proposeEgress({ namespace: "ns-0", workload: null, hosts: null }, calls, { ...world, visible, whole: true }),
  };
  const parsed: number[] = [];
  const taken = new Map(Object.keys(works).map((metric) => [metric, [] as number[]]));
  for (let round = 0; round < ROUNDS; round++) {
    parsed.push(await timed(async () => JSON.parse(text)));
    for (const [metric, work] of Object.entries(works)) taken.get(metric)?.push(await timed(async () => work()));
  }
  for (const [metric, values] of taken) {
    yield { name: "meaning", size: policies, metric, value: median(values), unit: "ms", baseline: median(parsed) };
  }
}
