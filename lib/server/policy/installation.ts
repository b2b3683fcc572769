/**
 * How the mesh is installed, as far as checks ask and the console may read it: the Gateway API's kinds, and those that Istio
 * no longer has, by discovery; where a role allows it (deploy/kubernetes/rbac-installation.yaml) by their names webhooks, one
 * CRD and the injector's ConfigMaps, and the names of ServiceAccounts.
 */
import type { KubeClient } from "#lib/kube/client.ts";
import type { Served } from "#lib/kube/discovery.ts";
import { type NamedWatch, type NamedWatchOptions, watchNamed } from "#lib/kube/named-watch.ts";
import { watchNames } from "#lib/kube/names-watch.ts";
import {
  CONFIGMAPS,
  CRDS,
  MUTATING_WEBHOOKS,
  type Resource,
  SERVICEACCOUNTS,
  VALIDATING_WEBHOOKS,
} from "#lib/kube/resource.ts";
import { watchServed } from "#lib/kube/served-watch.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { ClusterPolicies } from "./store.ts";

const GATEWAY_API = "gateway.networking.k8s.io";
/** Whose kinds Istio had before 1.6. */
const RBAC = "rbac.istio.io";
const GROUPS = [GATEWAY_API, RBAC];
const NAMED: readonly Resource[] = [CONFIGMAPS, MUTATING_WEBHOOKS, VALIDATING_WEBHOOKS, CRDS];

/** By kind: which objects to read. */
export type InstalledNames = Readonly<Record<string, readonly string[]>>;

export interface Installation {
  /** Those that are known; null: it isn't asked for objects of this kind. */
  objects(kind: string): readonly Manifest[] | null;
  /** Kinds of which all objects are known. */
  whole(): readonly string[];
  /** What can't be read. */
  unread(): NonNullable<ClusterPolicies["unchecked"]>;
  follow(names: InstalledNames): void;
  onChange(callback: () => void): () => void;
  close(): Promise<void>;
}

export type InstallationOptions = Omit<NamedWatchOptions, "resource" | "namespace"> & {
  /** The mesh's root namespace. */
  readonly namespace: string;
};

/** Begins with discovery and ServiceAccounts, and asks for nothing else until it is told names. */
export function watchInstallation(client: KubeClient, o: InstallationOptions): Installation {
  const ending = new AbortController();
  const signal = AbortSignal.any([o.signal, ending.signal]);
  const served = new Map(GROUPS.map((group) => [group, watchServed(client, { ...o, group, signal })]));
  const accounts = watchNames(client, { ...o, resource: SERVICEACCOUNTS, signal });
  const named = new Map<string, NamedWatch>(
    NAMED.map((resource) => {
      const { namespace, ...shared } = o;
      const within = resource === CONFIGMAPS ? { namespace } : {};
      return [resource.kind, watchNamed(client, { ...shared, ...within, resource })];
    }),
  );
  const all = [...served.values(), accounts, ...named.values()];
  const crds = joined();

  return {
    objects(kind) {
      if (kind === SERVICEACCOUNTS.kind) return accounts.objects() ?? [];
      const read = named.get(kind)?.objects() ?? null;
      return kind === CRDS.kind && read !== null
        ? crds(
            GROUPS.map((each) => served.get(each)?.served() ?? null),
            read,
          )
        : read;
    },
    whole: () => (accounts.objects() === null ? [] : [SERVICEACCOUNTS.kind]),
    unread: () => [
      ...[...served].flatMap(([group, each]) => refused(group, each.served() === null ? each.problem() : null)),
      ...refused(SERVICEACCOUNTS.kind, accounts.problem()),
      ...[...named].flatMap(([kind, watch]) => {
        const first = watch.unread().find(({ problem }) => problem !== null);
        return refused(kind, first?.problem ?? null).map((each) => ({ ...each, ...(first && { name: first.name }) }));
      }),
    ],
    follow(names) {
      for (const [kind, watch] of named) watch.follow(names[kind] ?? []);
    },
    onChange(callback) {
      const ends = all.map((watch) => watch.onChange(callback));
      return () => {
        for (const end of ends) end();
      };
    },
    async close() {
      ending.abort();
      const ended = [accounts.done, ...[...served.values()].map(({ done }) => done)];
      await Promise.all([...ended, ...[...named.values()].map((watch) => watch.close())]);
    },
  };
}

function refused(kind: string, problem: { readonly detail: string; readonly code: string } | null) {
  return problem === null ? [] : [{ kind, reason: problem.detail, code: problem.code }];
}

type Discovered = readonly (Served | null)[];

/** CRDs as discovery tells them, each with the annotations of the one that was read; the same objects while nothing changed. */
function joined(): (served: Discovered, read: readonly Manifest[]) => readonly Manifest[] {
  let last: { served: Discovered; read: readonly Manifest[]; made: readonly Manifest[] } | null = null;
  return (served, read) => {
    const same = last !== null && alike(last.served, served) && alike(last.read, read);
    if (last !== null && same) return last.made;
    const made = GROUPS.flatMap((group, i) =>
      [...(served[i] ?? [])].map(([plural, versions]) => crd(group, plural, versions, read)),
    );
    last = { served, read, made };
    return made;
  };
}

const alike = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((each, i) => each === b[i]);

function crd(group: string, plural: string, versions: readonly string[], read: readonly Manifest[]): Manifest {
  const name = `${plural}.${group}`;
  const annotations = read.find(({ metadata }) => metadata.name === name)?.metadata.annotations;
  return {
    ...{ apiVersion: "apiextensions.k8s.io/v1", kind: CRDS.kind },
    metadata: { name, ...(annotations === undefined ? {} : { annotations }) },
    spec: { group, versions: versions.map((version) => ({ name: version, served: true })) },
  };
}
