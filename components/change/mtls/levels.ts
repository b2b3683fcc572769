/** Where mutual TLS is declared: mesh, namespaces, workloads, ports; and how much of the live traffic has it. Pure. */

import { parseNodeId } from "#lib/graph/id.ts";
import type { Graph } from "#lib/graph/model.ts";
import type { MtlsIntent, MtlsMode } from "#lib/policy/intent.ts";
import { at, isObject, keysOf, own, textAt } from "#lib/policy/json.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { type ObjectRef, refOf } from "#lib/policy/ref.ts";

export interface Level {
  readonly key: string;
  readonly scope: MtlsIntent["scope"];
  /** null: the level itself, not a port of it. */
  readonly port: string | null;
  readonly title: string;
  /** The namespace whose traffic stands beside it; null: the whole mesh. */
  readonly namespace: string | null;
  /** What the object says; UNSET: nothing. */
  readonly declared: MtlsMode;
  /** The object that says so; null: none does. */
  readonly object: ObjectRef | null;
}

const MODES: ReadonlySet<string> = new Set(["STRICT", "PERMISSIVE", "DISABLE"]);
const modeOf = (value: unknown): MtlsMode => {
  const mode = textAt(value, "mode");
  return mode !== null && MODES.has(mode) ? (mode as MtlsMode) : "UNSET";
};

const labelsOf = (manifest: Manifest): Readonly<Record<string, string>> => {
  const labels = at(manifest, "spec", "selector", "matchLabels");
  return isObject(labels) ? Object.fromEntries(keysOf(labels).map((key) => [key, String(labels[key])])) : {};
};

/** By age, then name: of several that select the same, the oldest counts. */
const older = (a: Manifest, b: Manifest): number =>
  (a.metadata.creationTimestamp ?? "9").localeCompare(b.metadata.creationTimestamp ?? "9") ||
  a.metadata.name.localeCompare(b.metadata.name);

/**
 * One row a level: the mesh, each namespace, each workload policy, each port exception, from the widest to the closest.
 * `rootNamespace`: null where the viewer doesn't see it: what it declares isn't known, and no row says so.
 */
export function levelsOf(
  cluster: string,
  rootNamespace: string | null,
  namespaces: readonly string[],
  manifests: readonly Manifest[],
): readonly Level[] {
  const own_ = manifests.filter(({ kind }) => kind === "PeerAuthentication").toSorted(older);
  const plain = (namespace: string) =>
    own_.find((one) => one.metadata.namespace === namespace && keysOf(labelsOf(one)).length === 0);
  const level = (
    scope: MtlsIntent["scope"],
    title: string,
    namespace: string | null,
    found: Manifest | undefined,
  ): Level => ({
    ...{ key: `${title}/${namespace ?? ""}`, scope, port: null, title, namespace },
    declared: modeOf(at(found, "spec", "mtls")),
    object: found === undefined ? null : refOf(cluster, found),
  });
  const seen = [...new Set([...namespaces, ...own_.map(({ metadata }) => metadata.namespace ?? "")])]
    .filter((name) => name !== rootNamespace && name !== "")
    .toSorted();
  return [
    ...(rootNamespace === null ? [] : [level({ level: "mesh" }, "the whole mesh", null, plain(rootNamespace))]),
    ...seen.flatMap((namespace) => [
      level({ level: "namespace", namespace }, namespace, namespace, plain(namespace)),
      ...own_
        .filter((one) => one.metadata.namespace === namespace && keysOf(labelsOf(one)).length > 0)
        .flatMap((one) => {
          const labels = labelsOf(one);
          const title = keysOf(labels)
            .map((key) => `${key}=${labels[key]}`)
            .join(", ");
          const workload = level({ level: "workload", namespace, labels }, title, namespace, one);
          const ports = at(one, "spec", "portLevelMtls");
          return [
            workload,
            ...(isObject(ports) ? keysOf(ports) : []).map(
              (port): Level => ({
                ...workload,
                ...{ key: `${workload.key}/${port}`, port, title: `port ${port}`, declared: modeOf(own(ports, port)) },
              }),
            ),
          ];
        }),
    ]),
  ];
}

export interface Encrypted {
  /** Of the calls whose encryption was measured, 0…1; null: nothing measured it. */
  readonly share: number | null;
  /** Calls per second that nothing measured. */
  readonly unknown: number;
  readonly measured: number;
}

export interface PlainEdge {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  /** Calls per second without mutual TLS. */
  readonly rate: number;
  readonly tcp: boolean;
}

const weight = (edge: Graph["edges"][number]): number => {
  const value = edge.protocol === "tcp" ? edge.connections?.openedPerSecond : edge.rate;
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;
};

const inside = (graph: Pick<Graph, "edges">, cluster: string, namespace: string | null) =>
  graph.edges.filter(({ target }) => {
    const key = parseNodeId(target);
    return (
      key !== null &&
      key.kind === "workload" &&
      key.cluster === cluster &&
      (namespace === null || key.namespace === namespace)
    );
  });

/** How much of the calls into a namespace, or the mesh, is proven to be mutual TLS. Unknown is never counted as encrypted. */
export function encrypted(graph: Pick<Graph, "edges">, cluster: string, namespace: string | null): Encrypted {
  let [proven, measured, unknown] = [0, 0, 0];
  for (const edge of inside(graph, cluster, namespace)) {
    const rate = weight(edge);
    if (edge.mtls === null || !Number.isFinite(edge.mtls)) unknown += rate;
    else {
      measured += rate;
      proven += rate * edge.mtls;
    }
  }
  return { share: measured === 0 ? null : proven / measured, unknown, measured };
}

/** Callers that were seen without mutual TLS, most first. */
export function plainEdges(
  graph: Pick<Graph, "edges">,
  cluster: string,
  namespace: string | null,
): readonly PlainEdge[] {
  return inside(graph, cluster, namespace)
    .filter(({ mtls }) => mtls !== null && mtls < 1)
    .map((edge) => ({
      ...{ id: edge.id, source: edge.source, target: edge.target, tcp: edge.protocol === "tcp" },
      rate: weight(edge) * (1 - (edge.mtls ?? 1)),
    }))
    .filter(({ rate }) => rate > 0)
    .toSorted((a, b) => b.rate - a.rate);
}

/** What has to be typed before STRICT is planned while plaintext is seen. */
export const confirmation = (scope: MtlsIntent["scope"], rootNamespace: string | null): string =>
  scope.level === "mesh" ? (rootNamespace ?? "") : scope.namespace;

/** A level that no object speaks for yet: the workloads with a label, or one of their ports. */
export function newLevel(namespace: string, label: readonly [string, string], port: string | null): Level {
  const title = `${label[0]}=${label[1]}`;
  return {
    ...{
      key: `${title}/${namespace}${port === null ? "" : `/${port}`}`,
      port,
      namespace,
      declared: "UNSET",
      object: null,
    },
    scope: { level: "workload", namespace, labels: { [label[0]]: label[1] } },
    title: port === null ? title : `port ${port}`,
  };
}

/** `key=value` as Kubernetes takes labels; null: it isn't one. https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/ */
export function labelOf(text: string): readonly [string, string] | null {
  const [, key, value] =
    /^((?:[a-z0-9.-]{1,253}\/)?[A-Za-z0-9][\w.-]{0,62})=([A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)$/.exec(text) ?? [];
  return key === undefined || value === undefined ? null : [key, value];
}

/** Labels that select what runs in a namespace, by the apps that the traffic names. */
export function labelsSeen(graph: Pick<Graph, "nodes">, cluster: string, namespace: string): readonly string[] {
  const apps = graph.nodes.flatMap((node) =>
    node.kind === "workload" && node.cluster === cluster && node.namespace === namespace && node.app ? [node.app] : [],
  );
  return [...new Set(apps)].toSorted().map((app) => `app=${app}`);
}
