/** The PolicyStore over the console's own read-only watches, one set a cluster. */
import { formatInstant } from "#lib/api/instant.ts";
import type { SourceStatus } from "#lib/graph/model.ts";
import type { KubeClient } from "#lib/kube/client.ts";
import { type NamedWatch, watchNamed } from "#lib/kube/named-watch.ts";
import { type PolicyWatch, watchPolicies } from "#lib/kube/policy-watch.ts";
import type { Pace } from "#lib/kube/reflector.ts";
import { CONFIGMAPS } from "#lib/kube/resource.ts";
import type { PolicyKind } from "#lib/policy/kind.ts";
import { refOf } from "#lib/policy/ref.ts";
import type { Clock } from "#lib/units.ts";
import { type Installation, type InstalledNames, watchInstallation } from "./installation.ts";
import type { ClusterPolicies, PolicyStore, Seen } from "./store.ts";

/** Objects are still there, and nobody says whether they are true. */
const SILENT: ReadonlySet<string> = new Set(["stale", "down"]);

/** Changes that are kept, of all clusters together. */
const KEPT = 1000;

/** Which ConfigMaps hold the mesh's settings. */
export interface SettingsNames {
  readonly namespace: (cluster: string) => string;
  readonly names: (cluster: string) => readonly string[];
  /** What else says how the mesh is installed (installation.ts). */
  readonly installed: (cluster: string) => InstalledNames;
  /** Called when names may be others. */
  readonly onChange: (listener: () => void) => () => void;
}

export interface WatchStoreOptions {
  /** By configured cluster name. */
  readonly clients: ReadonlyMap<string, KubeClient>;
  readonly kinds: readonly PolicyKind[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly settings: SettingsNames;
  readonly random?: () => number;
  readonly pace?: Pace;
}

/** Starts all watches and returns at once. Closing it ends them; the clients stay the caller's. */
export function watchStore(o: WatchStoreOptions): PolicyStore {
  const { kinds, clock, signal } = o;
  const ring: Seen[] = [];
  const since = new Map<string, { readonly state: string; readonly at: string }>();
  const watches = new Map<string, PolicyWatch>();
  const settings = new Map<string, NamedWatch>();
  const installed = new Map<string, Installation>();
  for (const [cluster, client] of o.clients) {
    const watch = watchPolicies(client, {
      ...{ kinds, clock, signal },
      ...(o.random ? { random: o.random } : {}),
      ...(o.pace ? { pace: o.pace } : {}),
      onSeen: (_, { before, after }) => {
        const manifest = after ?? before;
        if (manifest === null) return;
        ring.push({ object: refOf(cluster, manifest), at: clock.now(), before, after });
        if (ring.length > KEPT) ring.splice(0, ring.length - KEPT);
      },
    });
    watches.set(cluster, watch);
    const shared = {
      ...{ namespace: o.settings.namespace(cluster), clock, signal, random: o.random ?? Math.random },
      ...(o.pace ? { pace: o.pace } : {}),
    };
    settings.set(cluster, watchNamed(client, { ...shared, resource: CONFIGMAPS }));
    installed.set(cluster, watchInstallation(client, shared));
  }
  const follow = (): void => {
    for (const [cluster, named] of settings) named.follow(o.settings.names(cluster));
    for (const [cluster, each] of installed) each.follow(o.settings.installed(cluster));
  };
  const unfollow = o.settings.onChange(follow);
  follow();

  function policies(cluster: string, watch: PolicyWatch): ClusterPolicies {
    const asOf = watch.asOf();
    const silent = asOf !== null && SILENT.has(watch.status().state);
    return {
      ...{ cluster, asOf },
      ...(silent ? { silentSince: asOf } : {}),
      objects: (kind) => {
        const own = installed.get(cluster)?.objects(kind) ?? null;
        if (kind === CONFIGMAPS.kind) return [...(settings.get(cluster)?.objects() ?? []), ...(own ?? [])];
        return own ?? watch.objects(kind);
      },
      kind: watch.kind,
      unread: [...watch.unread(), ...unreadSettings(settings.get(cluster))],
      unchecked: installed.get(cluster)?.unread() ?? [],
      whole: installed.get(cluster)?.whole() ?? [],
    };
  }

  function statusOf(cluster: string, watch: PolicyWatch): SourceStatus {
    const { state, problem } = watch.status();
    const last = since.get(cluster);
    const held = last?.state === state ? last : { state, at: formatInstant(clock.now()) };
    since.set(cluster, held);
    const asOf = watch.asOf();
    return {
      name: cluster,
      kind: "kubernetes",
      state,
      since: held.at,
      asOf: asOf === null ? null : formatInstant(asOf),
      queryMs: null,
      ...(problem ? { problem } : {}),
      ...{ warnings: [], infos: [], clusters: [cluster], missing: missing(cluster, watch, settings.get(cluster)) },
    };
  }

  return {
    clusters: () => new Map([...watches].map(([cluster, watch]) => [cluster, policies(cluster, watch)])),
    seen: () => [...ring],
    records: (cluster) => watches.get(cluster)?.records() ?? [],
    statuses: () => [...watches].map(([cluster, watch]) => statusOf(cluster, watch)),
    onChange: (listener) => {
      const ends = [...watches.values(), ...settings.values(), ...installed.values()].map((watch) =>
        watch.onChange(listener),
      );
      return () => {
        for (const end of ends) end();
      };
    },
    close: async () => {
      unfollow();
      await Promise.all(
        [...watches.values(), ...settings.values(), ...installed.values()].map((watch) => watch.close()),
      );
    },
  };
}

/** Kinds that the console has no right to: said once, not once a kind. */
function missing(cluster: string, watch: PolicyWatch, settings: NamedWatch | undefined): SourceStatus["missing"] {
  const refused = watch.unread().filter(({ code }) => code === "forbidden");
  const maps = settings?.unread().filter(({ problem }) => problem?.code === "forbidden") ?? [];
  return [
    ...(refused.length === 0
      ? []
      : [
          {
            what: `${refused.map(({ kind }) => kind).join(", ")} of cluster '${cluster}'`,
            consequence: "The console has no right to read them, so they are not among the policies that it shows.",
            setting: "Allow the console's identity to get, list and watch them (deploy/kubernetes has the role).",
          },
        ]),
    ...(maps.length === 0
      ? []
      : [
          {
            what: `ConfigMap ${maps.map(({ name }) => name).join(", ")} of cluster '${cluster}'`,
            consequence: "What the mesh's own settings say isn't known: nothing is taken for Istio's default.",
            setting:
              "Allow the console's identity to get, list and watch it by name (deploy/kubernetes/rbac-mesh.yaml has the role).",
          },
        ]),
  ];
}

function unreadSettings(settings: NamedWatch | undefined): ClusterPolicies["unread"] {
  const [first] = settings?.unread() ?? [];
  if (first === undefined) return [];
  const { code = null, detail = "Not read yet." } = first.problem ?? {};
  // One that can't be found as a collection isn't one that isn't there: no API server lacks ConfigMaps.
  return [{ kind: CONFIGMAPS.kind, reason: detail, code: code === "not_found" ? null : code }];
}
