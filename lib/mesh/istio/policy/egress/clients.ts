/** Whose proxies a Sidecar would be for, which one counts for each today, and for whom a planned one wouldn't. */
import type { ClusterInventory, Workload } from "#lib/inventory/model.ts";
import type { EgressClient, EgressScope } from "#lib/policy/egress.ts";
import type { EgressIntent } from "#lib/policy/intent.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";
import { refOf, refText } from "#lib/policy/ref.ts";
import { proxied } from "../impact/past.ts";
import { HIDDEN } from "../meaning/effective/sight.ts";
import { selectedBy, sidecarOf } from "../meaning/routing/scope.ts";
import { namespaceOf } from "../routing/json.ts";

type Labels = Readonly<Record<string, string>>;
type Sidecars = Pick<PolicyWorld, "objects" | "rootNamespace">;

export interface Client {
  readonly name: string;
  /** As those of its pods are that have a proxy. null: it is gone, and may come again: a job. */
  readonly workload: Workload | null;
  readonly labels: Labels;
  readonly today: Manifest | null;
  readonly then: Manifest | null;
  readonly spared: string | null;
}

const NO_SIDECAR = {
  ambient: "It is in ambient mode: ztunnel and waypoints read no Sidecar.",
  gateway: "Gateways read no Sidecar.",
  waypoint: "Waypoints read no Sidecar.",
  none: "It has no proxy.",
} as const;

const selects = (wanted: Labels, labels: Labels): boolean =>
  Object.entries(wanted).every(([key, value]) => labels[key] === value);

/** The labels of the Sidecar that selects the workload now, else those that name the app, else all of its own. */
export function labelsFor(workload: Workload, today: Manifest | null): Labels {
  const own = today === null ? {} : selectedBy(today);
  if (Object.keys(own).length > 0) return own;
  for (const key of ["app", "app.kubernetes.io/name"]) {
    const value = workload.labels[key];
    if (value !== undefined) return { [key]: value };
  }
  const { "pod-template-hash": _, ...rest } = workload.labels;
  return rest;
}

/** `gone`: names of workloads that called and aren't there any more. */
export function clientsOf(
  scope: EgressIntent["scope"],
  gone: readonly string[],
  inventory: ClusterInventory,
  sides: { readonly before: Sidecars; readonly after: Sidecars; readonly planned: Manifest },
  sees: (manifest: Manifest) => boolean,
): readonly Client[] {
  const { namespace } = scope;
  const here = [...inventory.workloads.values()]
    .filter(
      (each) =>
        each.namespace === namespace &&
        (each.dataplane !== "none" || each.mesh === null) &&
        (scope.level === "namespace" || selects(scope.labels, each.labels)),
    )
    .map(proxied);
  const known: readonly (readonly [string, Workload | null])[] = [
    ...here.map((each) => [each.name, each] as const),
    ...(scope.level === "namespace" ? gone.map((name) => [name, null] as const) : []),
  ];
  return known
    .map(([name, workload]): Client => {
      const labels = workload?.labels ?? {};
      const under = (side: Sidecars) => sidecarOf({ namespace, labels }, side);
      const then = under(sides.after);
      const plane = workload?.dataplane ?? "sidecar";
      const other = then === null || isSame(then, sides.planned) ? null : then;
      const spared =
        plane !== "sidecar"
          ? NO_SIDECAR[plane]
          : other === null
            ? null
            : `${sees(other) ? refText(refOf(inventory.cluster, other)) : HIDDEN} selects it and counts instead.`;
      return { name, workload, labels, today: under(sides.before), then, spared };
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

const isSame = (a: Manifest, b: Manifest): boolean =>
  a.metadata.name === b.metadata.name && namespaceOf(a) === namespaceOf(b);

export function told(
  { name, workload, today, spared }: Client,
  namespace: string,
  cluster: string,
  sees: (manifest: Manifest) => boolean,
): EgressClient {
  const scope: EgressScope | null = today && {
    level:
      namespaceOf(today) !== namespace ? "mesh" : Object.keys(selectedBy(today)).length > 0 ? "workload" : "namespace",
    object: sees(today) ? refOf(cluster, today) : null,
  };
  const plane = workload?.dataplane ?? null;
  return { name, dataplane: plane, today: plane === null || plane === "sidecar" ? scope : null, spared };
}
