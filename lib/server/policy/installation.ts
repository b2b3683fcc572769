/**
 * How the mesh is installed, as far as checks ask and the console may read it: the Gateway API's kinds by discovery, and by
 * their names webhooks, one CRD and the injector's ConfigMaps, where a role allows it (deploy/kubernetes/rbac-installation.yaml).
 */
import type { KubeClient } from "#lib/kube/client.ts";
import type { Served } from "#lib/kube/discovery.ts";
import { type NamedWatch, type NamedWatchOptions, watchNamed } from "#lib/kube/named-watch.ts";
import { CONFIGMAPS, CRDS, MUTATING_WEBHOOKS, type Resource, VALIDATING_WEBHOOKS } from "#lib/kube/resource.ts";
import { watchServed } from "#lib/kube/served-watch.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { ClusterPolicies } from "./store.ts";

const GATEWAY_API = "gateway.networking.k8s.io";
const NAMED: readonly Resource[] = [CONFIGMAPS, MUTATING_WEBHOOKS, VALIDATING_WEBHOOKS, CRDS];

/** By kind: which objects to read. */
export type InstalledNames = Readonly<Record<string, readonly string[]>>;

export interface Installation {
  /** Those that are known; null: it isn't asked for objects of this kind. */
  objects(kind: string): readonly Manifest[] | null;
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

/** Asks for the Gateway API at once, and for nothing else until it is told names. */
export function watchInstallation(client: KubeClient, o: InstallationOptions): Installation {
  const ending = new AbortController();
  const signal = AbortSignal.any([o.signal, ending.signal]);
  const served = watchServed(client, { ...o, group: GATEWAY_API, signal });
  const named = new Map<string, NamedWatch>(
    NAMED.map((resource) => {
      const { namespace, ...shared } = o;
      const within = resource === CONFIGMAPS ? { namespace } : {};
      return [resource.kind, watchNamed(client, { ...shared, ...within, resource })];
    }),
  );
  const crds = joined();

  return {
    objects(kind) {
      const read = named.get(kind)?.objects() ?? null;
      return kind === CRDS.kind && read !== null ? crds(served.served(), read) : read;
    },
    unread: () => [
      ...refused(GATEWAY_API, served.served() === null ? served.problem() : null),
      ...[...named].flatMap(([kind, watch]) => {
        const first = watch.unread().find(({ problem }) => problem !== null);
        return refused(kind, first?.problem ?? null).map((each) => ({ ...each, ...(first && { name: first.name }) }));
      }),
    ],
    follow(names) {
      for (const [kind, watch] of named) watch.follow(names[kind] ?? []);
    },
    onChange(callback) {
      const ends = [served, ...named.values()].map((watch) => watch.onChange(callback));
      return () => {
        for (const end of ends) end();
      };
    },
    async close() {
      ending.abort();
      await Promise.all([served.done, ...[...named.values()].map((watch) => watch.close())]);
    },
  };
}

function refused(kind: string, problem: { readonly detail: string; readonly code: string } | null) {
  return problem === null ? [] : [{ kind, reason: problem.detail, code: problem.code }];
}

/** CRDs as discovery tells them, each with the annotations of the one that was read; the same objects while nothing changed. */
function joined(): (served: Served | null, read: readonly Manifest[]) => readonly Manifest[] {
  let last: { served: Served | null; read: readonly Manifest[]; made: readonly Manifest[] } | null = null;
  return (served, read) => {
    const same = last?.served === served && last.read.length === read.length;
    if (last !== null && same && read.every((each, i) => each === last?.read[i])) return last.made;
    const made = [...(served ?? [])].map(([plural, versions]) => crd(plural, versions, read));
    last = { served, read, made };
    return made;
  };
}

function crd(plural: string, versions: readonly string[], read: readonly Manifest[]): Manifest {
  const name = `${plural}.${GATEWAY_API}`;
  const annotations = read.find(({ metadata }) => metadata.name === name)?.metadata.annotations;
  return {
    ...{ apiVersion: "apiextensions.k8s.io/v1", kind: CRDS.kind },
    metadata: { name, ...(annotations === undefined ? {} : { annotations }) },
    spec: { group: GATEWAY_API, versions: versions.map((version) => ({ name: version, served: true })) },
  };
}
