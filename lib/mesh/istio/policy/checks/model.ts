/** A CheckWorld with tables built once and on first use, so that no check looks through everything for each object. */
import type { ClusterInventory, Service, Workload } from "#lib/inventory/model.ts";
import { indexLabels } from "#lib/inventory/selection.ts";
import type { CheckWorld } from "#lib/policy/finding.ts";
import { kindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { ObjectRef } from "#lib/policy/ref.ts";
import { namespaceOfHost, serviceOfHost } from "../hosts.ts";
import { namespaceOf, textsAt, visibleTo } from "../routing/json.ts";
import type { ControlPlane } from "../settings/planes.ts";
import { ReadLog, type Reads } from "./reads.ts";

const NOWHERE: Reads = new Set();

/** A world as some of its control planes have it: absent, all do. */
export interface OwnWorld extends CheckWorld {
  readonly planes?: readonly ControlPlane[];
}

/** What of a world istiod reads. */
export interface SeenWorld extends OwnWorld {
  /** Objects that it doesn't read. */
  readonly leftOut: readonly Manifest[];
  /** Objects that no control plane of those that run reads; absent: none. */
  readonly unserved?: readonly Manifest[];
}

export type Labels = Readonly<Record<string, string>>;

/** Objects by exact host, and by the suffix of wildcard hosts (`*.example.com` under `.example.com`). */
interface Hosts {
  readonly exact: ReadonlyMap<string, readonly Manifest[]>;
  readonly suffix: ReadonlyMap<string, readonly Manifest[]>;
}

const places = new WeakMap<readonly Manifest[], ReadonlyMap<string, Manifest>>();

/** A list's objects by `namespace/name`, made once for as long as the list is the same. */
export function byPlace(list: readonly Manifest[]): ReadonlyMap<string, Manifest> {
  const found =
    places.get(list) ?? new Map(list.map((each) => [`${each.metadata.namespace ?? ""}/${each.metadata.name}`, each]));
  places.set(list, found);
  return found;
}

export class Model {
  /** Asked for its inventory, it notes that all of it is read. */
  readonly world: SeenWorld;
  readonly #world: SeenWorld;
  readonly #log = new ReadLog();
  readonly #tables = new Map<unknown, { readonly result: unknown; readonly reads: Reads }>();
  readonly #running: Map<unknown, unknown>;
  readonly #named = new Map<string, ReadonlyMap<string, Manifest>>();

  /** `running`: tables made of the inventory alone, which whoever holds that inventory may keep. */
  constructor(world: SeenWorld, running = new Map<unknown, unknown>()) {
    this.#world = world;
    this.world = Object.create(world, {
      inventory: {
        get: () => {
          this.#log.note(null);
          return world.inventory;
        },
      },
    }) as SeenWorld;
    this.#running = running;
  }

  /** What `work` makes, and of which namespaces it read what runs there. */
  reading<T>(work: () => T): { readonly result: T; readonly reads: Reads } {
    return this.#log.of(work);
  }

  get root(): string {
    return this.world.rootNamespace;
  }

  /** What `build` makes of the model, made once. */
  table<T>(build: (model: Model) => T): T {
    const known = this.#tables.get(build) ?? this.#log.of(() => build(this));
    this.#tables.set(build, known);
    this.#log.note(known.reads);
    return known.result as T;
  }

  /** The same, of the mesh's settings: whoever asks for them reads ConfigMaps, and is asked again where control planes change. */
  ofSettings<T>(build: (model: Model) => T): T {
    const known = this.#tables.get(build) ?? { result: this.#log.aside(() => build(this)), reads: NOWHERE };
    this.#tables.set(build, known);
    return known.result as T;
  }

  /** The same, of what only services, workloads and namespaces decide. */
  ofRunning<T>(build: (model: Model) => T): T {
    this.#log.note(null);
    return this.#ofRunning(build);
  }

  /** For answers of which the namespaces are noted apart. */
  #ofRunning<T>(build: (model: Model) => T): T {
    if (!this.#running.has(build))
      this.#running.set(
        build,
        this.#log.aside(() => build(this)),
      );
    return this.#running.get(build) as T;
  }

  objects(kind: string): readonly Manifest[] {
    if (kind === "Namespace") this.#log.note(null);
    return this.world.objects(kind);
  }

  /** An object of a kind (kindKey) by its place. */
  find(kind: string, namespace: string | null, name: string): Manifest | undefined {
    if (kind === "Namespace") this.#log.one(name);
    let byName = this.#named.get(kind);
    if (byName === undefined) {
      byName = byPlace(this.world.objects(kind));
      this.#named.set(kind, byName);
    }
    return byName.get(`${namespace ?? ""}/${name}`);
  }

  service(namespace: string, name: string): Service | undefined {
    this.#log.one(namespace);
    return this.#world.inventory?.services.get(`${namespace}/${name}`);
  }

  get services(): Iterable<Service> {
    return this.world.inventory?.services.values() ?? [];
  }

  /** Those that run; a workload that is gone is only remembered. */
  get workloads(): readonly Workload[] {
    return this.ofRunning(liveWorkloads);
  }

  workload(namespace: string, name: string): Workload | undefined {
    this.#log.one(namespace);
    return this.#world.inventory?.workloads.get(`${namespace}/${name}`);
  }

  /** Workloads that carry all these labels, in a namespace or anywhere (null). No labels: all of them. */
  workloadsWith(labels: Labels, namespace: string | null): readonly Workload[] {
    this.#log.note(namespace === null ? null : new Set([namespace]));
    if (Object.keys(labels).length === 0) {
      return namespace === null ? this.workloads : (this.#ofRunning(byNamespace).get(namespace) ?? []);
    }
    const found = [...this.#ofRunning(byLabels)(labels)];
    return namespace === null ? found : found.filter((workload) => workload.namespace === namespace);
  }

  /** Accounts (`namespace/sa/name`) that something in a namespace, or anywhere (null), runs as, or ran as within a day. */
  accounts(namespace: string | null): ReadonlySet<string> {
    this.#log.note(namespace === null ? null : new Set([namespace]));
    if (namespace === null) return this.#ofRunning(accountsOfAll);
    return this.#ofRunning(accountsByNamespace).get(namespace) ?? NO_ACCOUNTS;
  }

  knows(kind: string, namespace: string | null): boolean {
    return this.world.knows(kind, namespace);
  }

  /** Whether a namespace is there; null: that isn't known. */
  hasNamespace(name: string): boolean | null {
    this.#log.one(name);
    if (this.#world.inventory?.namespaces.has(name) || this.find("Namespace", null, name) !== undefined) return true;
    return this.knows("Namespace", null) ? false : null;
  }

  /** A namespace's labels, whichever way it is known; a plan changes the object, not the inventory. */
  namespaceLabels(name: string): Labels {
    this.#log.one(name);
    const object = this.find("Namespace", null, name);
    if (object !== undefined) return object.metadata.labels ?? {};
    return this.#world.inventory?.namespaces.get(name)?.labels ?? {};
  }

  /** ServiceEntries that declare a full host and that `client`'s namespace may see. */
  entries(full: string, client: string): readonly Manifest[] {
    return match(this.table(entryHosts), full).filter((entry) => visibleTo(entry, client));
  }

  /** Whether calls from `client`'s namespace to a full host find something; null: what would tell isn't read. */
  hasHost(full: string, client: string): boolean | null {
    const service = serviceOfHost(full);
    if (service !== null && this.service(service.namespace, service.name) !== undefined) return true;
    if (full.startsWith("*")) return this.#hasAny(full.slice(1), client);
    if (this.entries(full, client).length > 0) return true;
    if (service !== null && !this.knows("Service", service.namespace)) return null;
    return this.knows("ServiceEntry", null) ? false : null;
  }

  #hasAny(suffix: string, client: string): boolean | null {
    if (suffix === "" || ".svc.cluster.local".endsWith(suffix)) return true;
    const namespace = namespaceOfHost(suffix);
    if (namespace !== null && suffix === `.${namespace}.svc.cluster.local`) {
      if (this.ofRunning(servicesByNamespace).has(namespace)) return true;
      if (!this.knows("Service", namespace)) return null;
    }
    const hosts = this.table(entryHosts);
    for (const [host, entries] of [...hosts.exact, ...hosts.suffix]) {
      if (host.endsWith(suffix) && entries.some((entry) => visibleTo(entry, client))) return true;
    }
    return this.knows("ServiceEntry", null) ? false : null;
  }

  /** Something that is no policy, as findings name it. */
  core(kind: "Service" | "Secret" | "ServiceAccount" | "Pod", namespace: string, name: string): ObjectRef {
    return { cluster: this.world.cluster, group: "", version: "v1", kind, namespace, name };
  }

  workloadRef({ namespace, name, kind }: Workload): ObjectRef {
    const group = { Job: "batch", CronJob: "batch", Pod: "" }[kind] ?? "apps";
    return { cluster: this.world.cluster, group, version: "v1", kind, namespace, name };
  }
}

const liveWorkloads = ({ world }: Model): readonly Workload[] =>
  [...(world.inventory?.workloads.values() ?? [])].filter(
    ({ goneAt, services }) => goneAt === null || services.length > 0,
  );

/** What begins by a schedule is gone most of the time: those that ran within a day count. */
export const accountsOf = (inventory: ClusterInventory | null): ReadonlySet<string> =>
  new Set([...(inventory?.workloads.values() ?? [])].flatMap(accountsOfOne));

const accountsOfOne = ({ namespace, serviceAccounts }: Workload): readonly string[] =>
  serviceAccounts.map((each) => `${namespace}/sa/${each}`);

const NO_ACCOUNTS: ReadonlySet<string> = new Set();

const accountsOfAll = ({ world }: Model) => accountsOf(world.inventory);

const accountsByNamespace = ({ world }: Model): ReadonlyMap<string, ReadonlySet<string>> => {
  const all = Map.groupBy(world.inventory?.workloads.values() ?? [], ({ namespace }) => namespace);
  return new Map([...all].map(([namespace, list]) => [namespace, new Set(list.flatMap(accountsOfOne))]));
};

const byLabels = (model: Model) => indexLabels(model.workloads.map((item) => ({ labels: item.labels, item })));

const byNamespace = (model: Model): ReadonlyMap<string, readonly Workload[]> =>
  Map.groupBy(model.workloads, ({ namespace }) => namespace);

const servicesByNamespace = (model: Model) => new Set([...model.services].map(({ namespace }) => namespace));

const entryHosts = (model: Model): Hosts => {
  const exact = new Map<string, Manifest[]>();
  const suffix = new Map<string, Manifest[]>();
  for (const entry of model.objects(kindKey({ group: "networking.istio.io", kind: "ServiceEntry" }))) {
    for (const host of textsAt(entry.spec, "hosts")) {
      const plain = host.toLowerCase();
      if (plain.startsWith("*")) push(suffix, plain.slice(1), entry);
      else push(exact, plain, entry);
    }
  }
  return { exact, suffix };
};

/** Adds to a list in a map. */
export function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** By the host itself, then by each of its domains. */
function match({ exact, suffix }: Hosts, full: string): readonly Manifest[] {
  const found = [...(exact.get(full) ?? [])];
  for (let dot = full.indexOf("."); dot >= 0; dot = full.indexOf(".", dot + 1)) {
    found.push(...(suffix.get(full.slice(dot)) ?? []));
  }
  return [...found, ...(suffix.get("") ?? [])];
}

/** Where an object counts: namespaces, or `*`. */
export function exportsOf(manifest: Manifest): ReadonlySet<string> {
  const list = textsAt(manifest.spec, "exportTo");
  if (list.length === 0) return new Set(["*"]);
  return new Set(list.map((each) => (each === "." ? namespaceOf(manifest) : each)));
}

/** Whether some namespace sees both. */
export function meet(a: Manifest, b: Manifest): boolean {
  const [left, right] = [exportsOf(a), exportsOf(b)];
  const some = (set: ReadonlySet<string>) => [...set].some((each) => each !== "~");
  if (left.has("*")) return some(right);
  if (right.has("*")) return some(left);
  return [...left].some((each) => each !== "~" && right.has(each));
}
