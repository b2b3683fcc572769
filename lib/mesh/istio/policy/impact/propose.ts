/**
 * Deny by default for a namespace, from who was seen calling: for each workload one ALLOW policy with exactly the identities that
 * servers' proxies reported. Pure. Rules ask for the identity alone: metrics know no port, method or path.
 */
import { nodeId, restrictedId } from "#lib/graph/id.ts";
import type { Workload } from "#lib/inventory/model.ts";
import { same } from "#lib/policy/json.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Proposal, ProposedPolicy, ProposedRule, SeenRate, Uncovered } from "#lib/policy/proposal.ts";
import { readTarget } from "../changes/policy-target.ts";
import { actionOf, isDryRun } from "../meaning/authorization/action.ts";
import { attached } from "../meaning/authorization/attached.ts";
import { waypointOf } from "../meaning/effective/security.ts";
import { listAt, namespaceOf } from "../routing/json.ts";
import type { ObservedCall } from "./calls.ts";
import { proxied } from "./past.ts";
import { portionsOf } from "./portions.ts";
import type { ImpactWorld } from "./sides.ts";

interface Input {
  readonly namespace: string;
  readonly calls: readonly ObservedCall[];
  readonly world: ImpactWorld;
  readonly visible: (cluster: string, namespace: string) => boolean;
}

/** Rules of one policy are read by somebody; Istio's schema takes 512. */
const RULES = 256;
const NAME = "deny-by-default";

export function propose(input: Input): Proposal {
  const { namespace, calls, world } = input;
  const here = [...world.inventory.workloads.values()]
    .filter((workload) => workload.namespace === namespace && workload.goneAt === null)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const byTarget = Map.groupBy(
    calls.filter(
      ({ target }) => target.kind === "workload" && target.cluster === world.cluster && target.namespace === namespace,
    ),
    ({ target }) => target.name,
  );
  const policies: ProposedPolicy[] = [];
  const leftOut: { workload: string; why: string; open: boolean }[] = [];
  const quiet: string[] = [];
  for (const workload of here) {
    const own = byTarget.get(workload.name) ?? [];
    const labels = labelsOf(workload, here);
    const out = reasonOf(workload, own, world) ?? (labels === null ? INDISTINCT : null);
    if (out !== null) leftOut.push({ workload: workload.name, ...out });
    else if (labels !== null && own.length === 0) quiet.push(workload.name);
    else if (labels !== null) {
      const found = callersOf(own, input);
      if (found.rules.length > RULES) leftOut.push({ workload: workload.name, why: MANY, open: false });
      else policies.push({ ...policyFor(workload, labels, world), ...found });
    }
  }
  const open = [
    ...leftOut.filter((each) => !each.open).map(({ workload }) => workload),
    ...policies.filter(({ rules }) => rules.length === 0).map(({ workload }) => workload),
  ];
  return {
    ...{ policies, quiet, leftOut: leftOut.map(({ workload, why }) => ({ workload, why })) },
    rest: {
      name: freeName(NAME, namespace, world, (one) => same(readTarget(one), { level: "namespace" }) && empty(one)),
      why:
        namespace === world.rootNamespace
          ? "In the mesh’s root namespace it would count in every namespace."
          : open.length === 0
            ? null
            : `It would refuse all calls to ${open.join(", ")}, which nothing is proposed for.`,
    },
  };
}

const MANY = `More than ${RULES} identities call it: a rule by namespace may be what is wanted.`;
const INDISTINCT = {
  why: "No labels tell it from other workloads here, so that a policy for it would count for those too.",
  open: false,
};

/** `open`: a policy of the namespace does it no harm. */
function reasonOf(workload: Workload, calls: readonly ObservedCall[], world: ImpactWorld) {
  const { dataplane, namespace, name } = proxied(workload);
  if (dataplane === "none") return { why: "It has no proxy: nothing is enforced there.", open: true };
  if (dataplane === "waypoint")
    return { why: "It is a waypoint: only policies that target it count there.", open: true };
  if (dataplane === "gateway")
    return { why: "It is a gateway: who calls it from outside isn’t measured and has no identity.", open: false };
  const behind =
    dataplane === "ambient" &&
    (calls.some(({ viaWaypoint }) => viaWaypoint) ||
      [...world.inventory.services.values()].some(
        (service) =>
          service.namespace === namespace && service.workloads.includes(name) && waypointOf(service, world) !== null,
      ));
  if (!behind) return null;
  return {
    why: "It is behind a waypoint, whose identity its ztunnel sees: who may call is for a policy that targets its Service.",
    open: false,
  };
}

const TELLING: readonly (readonly string[])[] = [
  ["app"],
  ["app.kubernetes.io/name"],
  ["k8s-app"],
  ["app", "version"],
  ["app.kubernetes.io/name", "app.kubernetes.io/instance"],
  ["app.kubernetes.io/name", "app.kubernetes.io/version"],
];

/** The fewest labels that select this workload alone, usual ones first; null: none do. */
function labelsOf(workload: Workload, here: readonly Workload[]): Readonly<Record<string, string>> | null {
  const all = Object.keys(workload.labels).filter(
    (key) => !/(^|[-/])(pod-template|controller-revision)-hash$/.test(key),
  );
  for (const keys of [...TELLING, all]) {
    const labels = Object.fromEntries(keys.map((key) => [key, workload.labels[key]]));
    const complete = Object.values(labels).every((value) => value !== undefined && value !== "");
    const others = here.filter((one) => keys.every((key) => one.labels[key] === labels[key]));
    if (keys.length > 0 && complete && others.length === 1) return labels as Record<string, string>;
  }
  return null;
}

function policyFor(workload: Workload, labels: ProposedPolicy["labels"], world: ImpactWorld) {
  const { namespace, name, dataplane } = proxied(workload);
  const kind = dataplane === "ambient" ? ("ztunnel" as const) : ("sidecar" as const);
  const counting = attached(
    world.objects("AuthorizationPolicy"),
    { kind, namespace, labels: workload.labels },
    world.rootNamespace,
  ).filter((policy) => actionOf(policy) === "ALLOW" && !isDryRun(policy) && world.sees(policy));
  const free = freeName(`${name}-callers`.slice(0, 240), namespace, world, (one) =>
    same(readTarget(one), { level: "workloads", labels }),
  );
  const there = named(free, namespace, world);
  return {
    ...{
      workload: name,
      name: free,
      labels,
      dataplane: dataplane === "ambient" ? ("ambient" as const) : ("sidecar" as const),
    },
    exists: there === undefined ? null : isDryRun(there) ? ("dry run" as const) : ("enforced" as const),
    beside: counting.filter((policy) => policy !== there).map(({ metadata }) => metadata.name),
  };
}

const named = (name: string, namespace: string, world: ImpactWorld): Manifest | undefined =>
  world.objects("AuthorizationPolicy").find((one) => one.metadata.name === name && namespaceOf(one) === namespace);

const empty = (policy: Manifest): boolean => listAt(policy.spec, "rules").length === 0;

/** A name that is free, or that of an ALLOW policy that is like the one to be made. */
function freeName(wanted: string, namespace: string, world: ImpactWorld, alike: (policy: Manifest) => boolean): string {
  for (let i = 1; ; i++) {
    const name = i === 1 ? wanted : `${wanted}-${i}`;
    const there = named(name, namespace, world);
    if (there === undefined || (world.sees(there) && actionOf(there) === "ALLOW" && alike(there))) return name;
  }
}

/** What a rule may name: one identity, without wildcards. */
const IDENTITY = /^[A-Za-z0-9._:-]{1,253}\/ns\/([a-z0-9][-a-z0-9]{0,62})\/sa\/[a-z0-9][-a-z0-9.]{0,252}$/;

function callersOf(calls: readonly ObservedCall[], { world, visible }: Input) {
  const rules = new Map<string, Sum & { readonly callers: Set<string> }>();
  const uncovered = new Map<string, Sum & Pick<Uncovered, "source" | "why">>();
  for (const call of calls) {
    const outside = call.source.kind === "external" || call.source.kind === "unknown";
    const seen = outside || visible(call.source.cluster, call.source.namespace);
    for (const { share, principal } of portionsOf(call)) {
      const of = typeof principal === "string" ? IDENTITY.exec(principal) : null;
      const shown = seen && (of === null || visible(world.cluster, of[1] ?? ""));
      if (shown && of !== null && typeof principal === "string") {
        const rule = rules.get(principal) ?? { ...NONE, callers: new Set<string>() };
        rules.set(principal, { ...added(rule, call, share), callers: rule.callers.add(nodeId(call.source)) });
        continue;
      }
      const source = shown ? nodeId(call.source) : restrictedId(world.cluster);
      const why = !shown ? "hidden" : principal === null ? "plaintext" : "unknown";
      const known = uncovered.get(`${source} ${why}`) ?? { ...NONE, source, why };
      uncovered.set(`${source} ${why}`, { ...added(known, call, share), source, why });
    }
  }
  const byRate = (a: SeenRate, b: SeenRate) => weight(b) - weight(a);
  return {
    rules: [...rules]
      .map(([principal, { callers, ...sum }]): ProposedRule => ({ principal, ...sum, callers: [...callers].sort() }))
      .toSorted((a, b) => byRate(a, b) || (a.principal < b.principal ? -1 : 1)),
    uncovered: [...uncovered.values()].toSorted((a, b) => byRate(a, b) || (a.source < b.source ? -1 : 1)),
  };
}

type Sum = SeenRate;
const NONE: Sum = { seen: "week", requests: null, connections: null };
const weight = ({ requests, connections }: SeenRate): number => (requests ?? 0) + (connections ?? 0);

function added(sum: Sum, { protocol, rate, seen }: ObservedCall, share: number): Sum {
  const more = (value: number | null) => (value ?? 0) + rate * share;
  return {
    seen: sum.seen === "hour" || seen === "hour" ? "hour" : "week",
    requests: seen === "hour" && protocol !== "tcp" ? more(sum.requests) : sum.requests,
    connections: seen === "hour" && protocol === "tcp" ? more(sum.connections) : sum.connections,
  };
}
