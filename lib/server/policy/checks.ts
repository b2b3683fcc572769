/**
 * Findings of each cluster, from the console's own watches. A finding is true of all objects; who may not see something that
 * it speaks of is not shown it. What a viewer can't see is never taken for missing.
 */
import type { PlanFinding, WireFinding } from "#lib/api/findings.ts";
import type { ClusterInventory, Inventory } from "#lib/inventory/model.ts";
import { createChecker } from "#lib/mesh/checks.ts";
import type { Checker, CheckWorld, Finding } from "#lib/policy/finding.ts";
import { kindKey, manifestKindKey, type PolicyKind } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { type ObjectRef, refKey, refOf } from "#lib/policy/ref.ts";
import type { FindingsSource, Viewer } from "./deps.ts";
import { ACCOUNTS, isSingle } from "./listable.ts";
import type { ClusterPolicies, PolicyStore } from "./store.ts";

export interface ChecksDeps {
  readonly kinds: readonly PolicyKind[];
  readonly store: Pick<PolicyStore, "clusters">;
  readonly inventory: () => Inventory;
  readonly rootNamespace: (cluster: string) => string;
  /** Where the mesh's settings lie; absent: in the root namespace. */
  readonly istiodNamespace?: (cluster: string) => string;
}

/** One object of a plan, as it is and as it would be. */
export interface Planned {
  readonly ref: ObjectRef;
  readonly before: Manifest | null;
  readonly after: Manifest | null;
}

/** An object that doesn't exist yet is younger than all that do. */
const YOUNGEST = "9999-01-01T00:00:00Z";

export class Checks implements FindingsSource {
  readonly #deps: ChecksDeps;
  readonly #live = new Map<string, Checker>();
  readonly #plans = new Map<string, Checker>();

  constructor(deps: ChecksDeps) {
    this.#deps = deps;
  }

  /** What the viewer may see of a cluster's findings; null: not all of its objects have been read yet. */
  findings(cluster: string, viewer: Viewer): readonly WireFinding[] | null {
    const world = this.#world(cluster);
    if (world === null) return null;
    const checker = this.#checker(this.#live, cluster);
    return checker
      .check(world)
      .filter((finding) => this.#sees(finding, viewer))
      .map(onWire);
  }

  /** What each step brings and takes away, by its place; null: not all objects have been read yet. */
  ofPlan(cluster: string, viewer: Viewer, steps: readonly Planned[]): readonly (readonly PlanFinding[])[] | null {
    const world = this.#world(cluster);
    if (world === null) return null;
    const checker = this.#checker(this.#plans, cluster);
    const seen = (side: "before" | "after") =>
      checker.check(withSteps(world, steps, side)).filter((finding) => this.#sees(finding, viewer));
    const [before, after] = [keyed(seen("before")), keyed(seen("after"))];
    const found = steps.map((): PlanFinding[] => []);
    const add = (finding: Finding, change: PlanFinding["change"]) =>
      found[stepOf(finding, steps)]?.push({ ...onWire(finding), change });
    for (const [key, finding] of after) if (!before.has(key)) add(finding, "new");
    for (const [key, finding] of before) if (!after.has(key)) add(finding, "gone");
    return found;
  }

  #checker(kept: Map<string, Checker>, cluster: string): Checker {
    const known = kept.get(cluster) ?? createChecker();
    kept.set(cluster, known);
    return known;
  }

  #world(cluster: string): CheckWorld | null {
    const policies = this.#deps.store.clusters().get(cluster);
    if (policies === undefined || policies.asOf === null) return null;
    const inventories = this.#deps.inventory();
    const inventory = inventories.get(cluster) ?? null;
    const known = knowledge(policies, inventory);
    return {
      cluster,
      rootNamespace: this.#deps.rootNamespace(cluster),
      ...(this.#deps.istiodNamespace && { istiodNamespace: this.#deps.istiodNamespace(cluster) }),
      objects: policies.objects,
      inventory,
      knows: (kind) => known.has(kind),
      knowledge: [...known].sort().join(),
      elsewhere: [...inventories.values()].filter((each) => each.cluster !== cluster),
    };
  }

  #sees({ object, namespaces, evidence }: Finding, { visibility, mayList }: Viewer): boolean {
    const objects = [object, ...evidence.map((each) => each.object)];
    return (
      namespaces.every((namespace) => visibility.namespace(object.cluster, namespace)) &&
      objects.every((each) => {
        if (isSingle(each.kind)) return mayList(each.cluster, each.kind, each.namespace, each.name);
        // An account of this cluster is named where its object was looked for, one of another by what runs as it.
        if (each.kind === ACCOUNTS.kind && each.cluster === object.cluster)
          return mayList(each.cluster, each.kind, each.namespace, each.name);
        const kind = this.#deps.kinds.find((one) => kindKey(one) === kindKey(each));
        if (kind === undefined) return each.namespace === null || visibility.namespace(each.cluster, each.namespace);
        const isNamespace = kind.group === "" && kind.kind === "Namespace";
        const seen =
          each.namespace !== null ||
          (isNamespace ? visibility.namespace(each.cluster, each.name) : visibility.cluster(each.cluster));
        return seen && mayList(each.cluster, kindKey(kind), each.namespace, each.name);
      })
    );
  }
}

/** Kinds of which all objects are known. One that the cluster doesn't have is known to have none. */
function knowledge(policies: ClusterPolicies, inventory: ClusterInventory | null): ReadonlySet<string> {
  const unread = new Set(policies.unread.filter(({ code }) => code !== "not_found").map(({ kind }) => kind));
  const known = new Set([...POLICIES.filter((kind) => !unread.has(kind)), ...(policies.whole ?? [])]);
  if (inventory === null) return known;
  const blind = (resource: string) =>
    inventory.unread.some(({ kind }) => kind === resource || kind.startsWith(`${resource}.`));
  if (!blind("services")) known.add("Service");
  if (!["pods", "deployments", "statefulsets", "daemonsets"].some(blind)) known.add("Workload");
  if (blind("namespaces")) known.delete("Namespace");
  return known;
}

const POLICIES = [
  ...["VirtualService", "DestinationRule", "ServiceEntry", "Sidecar", "Gateway.networking.istio.io", "Namespace"],
  ...["Gateway.gateway.networking.k8s.io", "GatewayClass", "ReferenceGrant", "ListenerSet"],
  ...["PeerAuthentication", "RequestAuthentication", "AuthorizationPolicy"],
];

function withSteps(world: CheckWorld, steps: readonly Planned[], side: "before" | "after"): CheckWorld {
  const touched = new Map(steps.map((step) => [refKey(step.ref), step]));
  const kinds = new Set(steps.map(({ ref }) => kindKey(ref)));
  const lists = new Map<string, readonly Manifest[]>();
  for (const kind of kinds) {
    const others = world.objects(kind).filter((each) => !touched.has(refKey(refOf(world.cluster, each))));
    const own = steps.flatMap((step) => {
      const manifest = step[side];
      return manifest === null || kindKey(step.ref) !== kind ? [] : [aged(manifest, world)];
    });
    lists.set(kind, [...others, ...own]);
  }
  return { ...world, objects: (kind) => lists.get(kind) ?? world.objects(kind) };
}

/** As old as it is in the cluster: age decides between objects that say the same thing. */
function aged(manifest: Manifest, world: CheckWorld): Manifest {
  const { name, namespace } = manifest.metadata;
  const there = world
    .objects(manifestKindKey(manifest))
    .find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
  const creationTimestamp = there?.metadata.creationTimestamp ?? YOUNGEST;
  return { ...manifest, metadata: { ...manifest.metadata, creationTimestamp } };
}

const keyed = (findings: readonly Finding[]) =>
  new Map(findings.map((each) => [`${each.code}\n${refKey(each.object)}\n${each.path}\n${each.message}`, each]));

/** At the step of its object; else of an object that is evidence; else at the last. */
function stepOf({ object, evidence }: Finding, steps: readonly Planned[]): number {
  const keys = [object, ...evidence.map((each) => each.object)].map(refKey);
  for (const key of keys) {
    const at = steps.findIndex(({ ref }) => refKey(ref) === key);
    if (at >= 0) return at;
  }
  return steps.length - 1;
}

function onWire({ namespaces: _, ...finding }: Finding): WireFinding {
  return structuredClone(finding) as WireFinding;
}
