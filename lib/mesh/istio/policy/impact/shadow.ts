/**
 * What proxies counted of a policy on trial (istio.io/dry-run) that the change puts in force: of all callers of a server together, so many
 * calls it would have refused. It holds where nothing else of it changes (docs/numbers.md, "Impact").
 * Shadow rules of one action are one matcher beside the enforced one (`build` in pilot/pkg/security/authz/builder/builder.go).
 */
import type { Workload } from "#lib/inventory/model.ts";
import type { DryRunCount } from "#lib/mesh/port.ts";
import { same } from "#lib/policy/json.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import { changedAt } from "#lib/policy/managers.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { fullName } from "../hosts.ts";
import { actionOf, isDryRun } from "../meaning/authorization/action.ts";
import { attached, type EnforcementPoint } from "../meaning/authorization/attached.ts";
import { namespaceOf, specOf } from "../routing/json.ts";
import { pointsOf } from "./arrive.ts";
import type { ObservedCall } from "./calls.ts";
import { gatewayOf, pointOf } from "./entering.ts";
import { proxied } from "./past.ts";
import type { Change, ImpactWorld, Sides } from "./sides.ts";
import { type Touched, touchedBy } from "./touched.ts";

/** Counters of the window of the calls' rates. */
export interface Shadows {
  readonly counts: readonly DryRunCount[];
  /** Unix seconds: where the window begins. */
  readonly from: number;
}

export interface Bound {
  /** Equal: the same counters, of all these calls together. */
  readonly key: string;
  /** Requests/s, of tcp connections/s. */
  readonly denied: number;
  /** It counts no less than that, and may count more. */
  readonly atLeast: boolean;
  /** All that it counts is let in today; else something in force may refuse a part of it already. */
  readonly anew: boolean;
  readonly text: string;
}

interface Ended {
  readonly change: Change;
  readonly tested: Manifest;
  readonly action: "allow" | "deny";
}

interface Ending extends Ended {
  readonly age: ReturnType<typeof ageOf>;
  /** Where it has a say. */
  readonly own: Touched;
}

const KIND = "AuthorizationPolicy";

/** Policies that come into force as they were tried. */
export function endedTrials(changes: readonly Change[], objects: ImpactWorld["objects"]): readonly Ended[] {
  return changes.flatMap((change): Ended[] => {
    const { before, after } = change;
    if (after === null || manifestKindKey(after) !== KIND || isDryRun(after)) return [];
    const action = actionOf(after);
    if ((action !== "ALLOW" && action !== "DENY") || (before !== null && !isDryRun(before))) return [];
    const tested = objects(KIND).find(
      (each) =>
        isDryRun(each) &&
        namespaceOf(each) === namespaceOf(after) &&
        same(specOf(each), specOf(after)) &&
        (before === null || each.metadata.name === after.metadata.name),
    );
    return tested === undefined ? [] : [{ change, tested, action: action === "ALLOW" ? "allow" : "deny" }];
  });
}

/** Of each call what bounds that it is denied; null: nothing does. Trials that end at one proxy were counted together. */
export function shadowing(
  changes: readonly Change[],
  shadows: Shadows | undefined,
  sides: Sides,
  world: ImpactWorld,
): (call: ObservedCall) => Bound | null {
  if (shadows === undefined) return () => null;
  const ended = endedTrials(changes, world.objects).map(
    (each): Ending => ({
      ...each,
      age: ageOf(each.tested, shadows.from),
      own: touchedBy([each.change], sides, world.rootNamespace),
    }),
  );
  if (ended.length === 0) return () => null;
  const ending = new Set(ended.map(({ change }) => change));
  const others = touchedBy(
    changes.filter((each) => !ending.has(each) && !isTrialAlone(each)),
    sides,
    world.rootNamespace,
  );
  const known = new Map<string, Omit<Bound, "key"> | null>();
  const counted = { allow: countedOf(shadows, "allow", world), deny: countedOf(shadows, "deny", world) };
  return (call) => {
    if (call.rate === 0 || call.seen === "week") return null;
    const at = whereOf(call, ended, world);
    if (at === null || elsewise(call, at.point, others)) return null;
    const protocol = call.protocol === "tcp" ? "tcp" : "http";
    const key = `${at.server.namespace}/${at.server.name} ${protocol}`;
    if (!known.has(key)) known.set(key, boundOf(at, protocol, { counted, sides, world }));
    const found = known.get(key) ?? null;
    return found === null ? null : { ...found, key };
  };
}

/** Neither side of it is in force. */
const isTrialAlone = ({ before, after }: Change): boolean =>
  [before, after].every((each) => each === null || (manifestKindKey(each) === KIND && isDryRun(each)));

/** Whether it says the same since the window began, or since it is there at all. */
function ageOf(tested: Manifest, from: number): "whole" | "younger" | "changed" {
  const [changed, made] = [changedAt(tested), tested.metadata.creationTimestamp ?? null].map((each) =>
    each === null ? Number.NaN : Date.parse(each) / 1000,
  );
  if (changed === undefined || made === undefined || Number.isNaN(changed)) return "changed";
  if (changed <= from) return "whole";
  return Math.abs(changed - made) <= 1 ? "younger" : "changed";
}

interface Where {
  readonly server: Workload;
  readonly point: EnforcementPoint;
  /** The trials that end there. */
  readonly ended: readonly Ending[];
}

/** The one proxy at which trials that end decide about the call; ztunnels count nothing, and waypoints for all Services together. */
function whereOf(call: ObservedCall, ended: readonly Ending[], world: ImpactWorld): Where | null {
  const { target, source } = call;
  const gateway = gatewayOf(call, world);
  const found =
    target.kind === "workload" && target.cluster === world.cluster
      ? world.inventory.workloads.get(`${target.namespace}/${target.name}`)
      : undefined;
  const server = found && proxied(found);
  const points = [
    ...(gateway === null || source.kind !== "workload" ? [] : [{ server: gateway, point: pointOf(gateway) }]),
    ...(server === undefined ? [] : pointsOf(call, server, world).map(({ point }) => ({ server, point }))),
  ].flatMap((each): Where[] => {
    const here = ended.filter(({ own }) => own.at(each.point));
    return here.length === 0 ? [] : [{ ...each, ended: here }];
  });
  const [only] = points;
  if (only === undefined || points.length > 1) return null;
  return only.point.kind === "sidecar" || only.point.kind === "gateway" ? only : null;
}

/** Whether the change does anything else to who is let in there; whom a server sees follows from enrolling too. */
function elsewise({ service, target }: ObservedCall, point: EnforcementPoint, others: Touched): boolean {
  const host = service === null ? null : fullName(service);
  return (
    others.enrolling.length > 0 ||
    others.at(point) ||
    others.peers(target.namespace, service?.namespace ?? null) ||
    (host !== null && others.rules(host))
  );
}

const placeOf = (policy: Manifest): string => `${namespaceOf(policy)}/${policy.metadata.name}`;

interface Seen {
  readonly counted: Readonly<Record<Ended["action"], Count>>;
  readonly sides: Sides;
  readonly world: ImpactWorld;
}

function boundOf(
  { server, point, ended }: Where,
  protocol: DryRunCount["protocol"],
  { counted, sides, world }: Seen,
): Omit<Bound, "key"> | null {
  const [first] = ended;
  if (first === undefined || ended.some(({ age, action }) => age === "changed" || action !== first.action)) return null;
  // Of several ALLOW "denied" is what none of them takes: until the last of them was there, what it takes was counted as denied.
  if (first.action === "allow" && ended.length > 1 && ended.some(({ age }) => age !== "whole")) return null;
  const tested = new Map(ended.map((each) => [placeOf(each.tested), each.tested]));
  const tried = attached(sides.before.objects(KIND), point, world.rootNamespace).filter(
    (each) => isDryRun(each) && actionOf(each) === actionOf(first.tested),
  );
  // What any of them takes was counted as one: one that stays on trial has a part of it. Others may be out of sight: what is told names them.
  if (tried.length !== tested.size || !tried.every((each) => tested.has(placeOf(each)))) return null;
  if (![...tested.values()].every(world.sees)) return null;
  const { byPod, left } = counted[first.action](server.namespace, protocol);
  const pods = new Set(server.pods.map(({ name }) => name));
  const counts = [...pods].flatMap((pod) => byPod.get(pod) ?? []);
  const counting = new Set(counts.map(({ pod }) => pod));
  if (pods.size === 0 || !server.pods.every(({ name, reports }) => reports && counting.has(name))) return null;
  const denied = counts.reduce((sum, { result, rate }) => (result === "denied" ? sum + rate : sum), 0);
  const atLeast = ended.some(({ age }) => age === "younger") || left || counts.some(({ newborn }) => newborn);
  const unit = protocol === "tcp" ? "connections/s" : "requests/s";
  const names = [...tested.keys()].sort();
  return {
    ...{ denied, atLeast },
    // Who is refused by what stands before the filter is never counted there. A gateway answers some of what it counts itself.
    anew:
      point.kind === "sidecar" &&
      (first.action === "allow" || !sides.before.enforces(point, protocol === "tcp" ? "tcp" : "http")),
    text: `The proxies of ${server.namespace}/${server.name} counted what ${names.join(" and ")} would deny while on trial: ${atLeast ? "at least " : ""}${Number(denied.toPrecision(3))} ${unit}, of all callers together.`,
  };
}

type Count = (namespace: string, protocol: DryRunCount["protocol"]) => Counted;

interface Counted {
  readonly byPod: ReadonlyMap<string, readonly DryRunCount[]>;
  /** A pod counted there that is none of a workload now: its part is nobody's, and may be any server's. */
  readonly left: boolean;
}

/** Counts of a namespace; they are walked once, whatever is asked. */
function countedOf({ counts }: Shadows, action: Ended["action"], { cluster, inventory }: ImpactWorld): Count {
  const there = new Set(
    [...inventory.workloads.values()].flatMap(({ namespace, pods }) => pods.map(({ name }) => `${namespace}/${name}`)),
  );
  const own = counts.filter((each) => each.cluster === cluster && each.action === action);
  const found = new Map(
    [...Map.groupBy(own, ({ namespace, protocol }) => `${namespace} ${protocol}`)].map(([key, here]) => {
      const left = here.some(({ namespace, pod }) => !there.has(`${namespace}/${pod}`));
      return [key, { byPod: Map.groupBy(here, ({ pod }) => pod), left }] as const;
    }),
  );
  return (namespace, protocol) => found.get(`${namespace} ${protocol}`) ?? { byPod: new Map(), left: false };
}
