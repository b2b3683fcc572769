/** All objects as they are and as they would be, found by where they count: 10,000 policies are walked once, not once a call. */
import type { ClusterInventory, Workload } from "#lib/inventory/model.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { actionOf, isDryRun } from "../meaning/authorization/action.ts";
import { attached, type EnforcementPoint } from "../meaning/authorization/attached.ts";
import type { Configuration } from "../meaning/authorization/decide.ts";
import type { Reader } from "../meaning/authorization/rules.ts";
import { type PeerPolicies, peerPolicies } from "../meaning/inbound-mtls.ts";
import { HostIndex } from "../meaning/routing/host-index.ts";
import { keepsServices } from "../meaning/routing/unknown-host.ts";
import type { Keeps } from "../meaning/routing/world.ts";
import { namespaceOf } from "../routing/json.ts";
import type { MeshFacts } from "../settings/facts.ts";
import { inventoryOf } from "./membership.ts";

/** One object as it is (null: not there) and as it would be (null: gone). */
export interface Change {
  readonly before: Manifest | null;
  readonly after: Manifest | null;
}

export interface ImpactWorld {
  readonly cluster: string;
  readonly rootNamespace: string;
  /** All of a kind as they are, whoever may see them. */
  readonly objects: (kind: string) => readonly Manifest[];
  /** All of it as it is, whoever may see it: names are taken out of the answer, not of the question. */
  readonly inventory: ClusterInventory;
  /** Other clusters of the same mesh: a Service's workloads may run there. */
  readonly elsewhere: readonly ClusterInventory[];
  /** Whether the reader may be told what an object says. */
  readonly sees: (manifest: Manifest) => boolean;
  /** Absent: the mesh's settings aren't read. */
  readonly mesh?: MeshFacts;
  /** Whether istiod sees a namespace; absent: it sees all. */
  readonly discovers?: (namespace: string) => boolean;
  /** Why a kind isn't known; null where it is. */
  readonly unread: (kind: string) => string | null;
  /** Of a world as one control plane reads it: whether another may serve a workload's proxies; absent: none. */
  readonly apart?: (workload: Workload) => boolean;
}

export interface Sides {
  readonly before: Side;
  readonly after: Side;
}

interface Configured {
  readonly configuration: Configuration;
  /** Objects count here that the reader may not see. */
  readonly hidden: boolean;
}

export class Side {
  readonly rootNamespace: string;
  readonly objects: (kind: string) => readonly Manifest[];
  readonly sees: (manifest: Manifest) => boolean;
  /** What runs, by the side's labels of Namespaces. */
  readonly inventory: ClusterInventory;
  /** enableAutoMtls; null: not known. */
  readonly autoMtls: boolean | null;
  /** outboundTrafficPolicy of the mesh is REGISTRY_ONLY; null: not known. */
  readonly registryOnly: boolean | null;
  readonly #trustDomains: MeshFacts["trustDomains"];
  readonly #authorizers: MeshFacts["authorizers"];
  readonly keeps: Keeps;
  readonly #lists = new Map<string, readonly Manifest[]>();
  readonly #points = new WeakMap<EnforcementPoint, Configured>();
  readonly #byNamespace = new Map<string, ReadonlyMap<string, readonly Manifest[]>>();
  #peers: PeerPolicies | null = null;
  #hosts: HostIndex | null = null;

  /** `lists`: kinds of which the side has others than the world. */
  constructor(
    world: ImpactWorld,
    lists: ReadonlyMap<string, readonly Manifest[]>,
    inventory: ClusterInventory = world.inventory,
  ) {
    this.rootNamespace = world.rootNamespace;
    this.inventory = inventory;
    this.sees = world.sees;
    this.autoMtls = world.mesh?.autoMtls ?? null;
    this.registryOnly = world.mesh?.registryOnly ?? null;
    this.#trustDomains = world.mesh?.trustDomains ?? null;
    this.#authorizers = world.mesh?.authorizers ?? null;
    this.keeps = keepsServices(world.inventory, world);
    this.objects = (kind) => {
      const list = lists.get(kind) ?? this.#lists.get(kind) ?? world.objects(kind);
      this.#lists.set(kind, list);
      return list;
    };
  }

  get peers(): PeerPolicies {
    this.#peers ??= peerPolicies(this.objects("PeerAuthentication"), this.rootNamespace);
    return this.#peers;
  }

  get hosts(): HostIndex {
    this.#hosts ??= new HostIndex(this.objects);
    return this.#hosts;
  }

  /** What counts at a proxy, as far as the reader may see it. */
  configuration(point: EnforcementPoint): Configured {
    const known = this.#points.get(point);
    if (known !== undefined) return known;
    const [policies, tokens] = ["AuthorizationPolicy", "RequestAuthentication"].map((kind) =>
      attached(this.#near(kind, point), point, this.rootNamespace),
    );
    const all = [...(policies ?? []), ...(tokens ?? [])];
    const found = {
      configuration: {
        authorization: (policies ?? []).filter(this.sees),
        authentication: (tokens ?? []).filter(this.sees),
        rootNamespace: this.rootNamespace,
        trustDomains: this.#trustDomains,
        authorizers: this.#authorizers,
      },
      hidden: !all.every(this.sees),
    };
    this.#points.set(point, found);
    return found;
  }

  /** Whether any policy here decides who may call. */
  enforces(point: EnforcementPoint, reader: Reader): boolean {
    const { configuration, hidden } = this.configuration(point);
    if (hidden) return true;
    return configuration.authorization.some((policy) => {
      const action = actionOf(policy);
      if (action === "AUDIT" || (reader === "ztunnel" && action === "CUSTOM")) return false;
      return action === "CUSTOM" || !isDryRun(policy);
    });
  }

  /** Of the namespaces whose policies may count there. */
  #near(kind: string, point: EnforcementPoint): readonly Manifest[] {
    let index = this.#byNamespace.get(kind);
    if (index === undefined) {
      index = Map.groupBy(this.objects(kind), namespaceOf);
      this.#byNamespace.set(kind, index);
    }
    const behind = point.kind === "waypoint" ? [...point.services, ...point.entries] : [];
    const namespaces = new Set([point.namespace, this.rootNamespace, ...behind.map((each) => each.namespace)]);
    return [...namespaces].flatMap((namespace) => index?.get(namespace) ?? []);
  }
}

/** An object that doesn't exist yet is younger than all that do. */
export const YOUNGEST = "9999-01-01T00:00:00Z";

export function sidesOf(world: ImpactWorld, changes: readonly Change[]): Sides {
  const kinds = new Set(
    changes.flatMap(({ before, after }) => [before, after].flatMap((each) => each ?? [])).map(manifestKindKey),
  );
  const touched = new Set(
    changes.flatMap(({ before, after }) => [before, after].flatMap((each) => (each === null ? [] : [nameOf(each)]))),
  );
  const there = new Map(
    [...kinds]
      .flatMap((kind) => world.objects(kind))
      .flatMap((each) => {
        const name = nameOf(each);
        return touched.has(name) ? [[name, each] as const] : [];
      }),
  );
  const side = (which: "before" | "after"): Side => {
    const lists = new Map<string, readonly Manifest[]>();
    for (const kind of kinds) {
      const own = changes.flatMap((change) => {
        const manifest = change[which];
        return manifest === null || manifestKindKey(manifest) !== kind
          ? []
          : [aged(manifest, there.get(nameOf(manifest)))];
      });
      lists.set(kind, [...world.objects(kind).filter((each) => !touched.has(nameOf(each))), ...own]);
    }
    return new Side(world, lists, inventoryOf(world.inventory, changes, which));
  };
  return { before: side("before"), after: side("after") };
}

const nameOf = (manifest: Manifest): string =>
  `${manifestKindKey(manifest)}/${manifest.metadata.namespace ?? ""}/${manifest.metadata.name}`;

/** As old as it is in the cluster: age decides between objects that say the same thing. */
function aged(manifest: Manifest, there: Manifest | undefined): Manifest {
  const creationTimestamp = there?.metadata.creationTimestamp ?? YOUNGEST;
  return { ...manifest, metadata: { ...manifest.metadata, creationTimestamp } };
}
