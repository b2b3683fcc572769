/** Control planes of a cluster, and which ConfigMaps each of them reads its mesh's settings from. Pure. */
import type { ClusterInventory, Workload } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { mapAt } from "../routing/json.ts";

export interface ControlPlane {
  readonly revision: string;
  /** It has no revision (istiod's REVISION isn't set), and reads objects of all; null: not known. */
  readonly everything: boolean | null;
  /** `istio`, or `istio-<revision>`: istiod's bootstrap/mesh.go. */
  readonly config: string;
  /** Of istiod's SHARED_MESH_CONFIG, which `config` goes before; null: none. */
  readonly shared: string | null;
  /** Why it isn't known which ConfigMaps it reads; null: it is. */
  readonly unclear: string | null;
  /** istiod's PILOT_TRACE_SAMPLING as it is written (null: not set), or why that isn't known. */
  readonly sampling: { readonly set: string | null } | { readonly why: string };
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ : what else a variable holds names nothing. */
const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
/** istiod's Deployments in the mesh's root namespace; null: what runs isn't known. */
export function controlPlanes(inventory: ClusterInventory | null, root: string): readonly ControlPlane[] | null {
  if (inventory === null || inventory.unread.some(({ kind }) => kind === "deployments.apps")) return null;
  const found: ControlPlane[] = [];
  for (const [key, workload] of inventory.workloads) {
    if (!key.startsWith(`${root}/`) || workload.labels["app"] !== "istiod" || workload.goneAt !== null) continue;
    found.push(planeOf(workload.env, workload.labels["istio.io/rev"]));
  }
  return found;
}

/** The names of all ConfigMaps that control planes read; without any known one, that of a mesh without revisions. */
export function configNames(planes: readonly ControlPlane[] | null): readonly string[] {
  const names = (planes ?? []).flatMap(({ config, shared }) => [config, ...(shared === null ? [] : [shared])]);
  return names.length === 0 ? [MAIN] : [...new Set(names)].filter((name) => NAME.test(name));
}

/**
 * By kind, what says how control planes are installed: the names that Istio's charts give (istiod's templates
 * mutatingwebhook.yaml, validatingwebhookconfiguration.yaml, revision-tags and istiod-injector-configmap.yaml; base's
 * default.yaml), and the one CRD of which a release is asked. Without a known control plane those of one without revisions.
 */
export function installedNames(
  planes: readonly ControlPlane[] | null,
  root: string,
): Readonly<Record<string, readonly string[]>> {
  const revisions = (planes ?? []).flatMap(({ revision }) => (revision === "default" ? [""] : [`-${revision}`]));
  const all = [...new Set(revisions.length === 0 ? [""] : revisions)];
  const elsewhere = root === "istio-system" ? "" : `-${root}`;
  const valid = (names: readonly string[]) => names.filter((name) => NAME.test(name));
  return {
    ConfigMap: valid(all.map((each) => `istio-sidecar-injector${each}`)),
    MutatingWebhookConfiguration: valid([
      ...all.map((each) => `istio-sidecar-injector${each}${elsewhere}`),
      `istio-revision-tag-default${elsewhere}`,
    ]),
    ValidatingWebhookConfiguration: valid([
      ...all.map((each) => `istio-validator${each}-${root}`),
      "istiod-default-validator",
    ]),
    CustomResourceDefinition: ["tlsroutes.gateway.networking.k8s.io"],
  };
}

const MAIN = "istio";

/** Where no istiod runs in the cluster: one outside reads this cluster's ConfigMap all the same. */
export const OUTSIDE: ControlPlane = {
  ...{ revision: "default", everything: null, config: MAIN, shared: null, unclear: null },
  sampling: { why: "no istiod runs in this cluster, so its variables can’t be read" },
};

/** Of files that hold ConfigMaps and needn't hold the istiods that read them. */
export function planesOfMaps(maps: readonly Manifest[]): readonly ControlPlane[] {
  return maps.flatMap((map): ControlPlane[] => {
    const { name: config } = map.metadata;
    const [, revision = "default"] = /^istio(?:-([a-z0-9-]+))?$/.exec(config) ?? [];
    if (!/^istio(-|$)/.test(config) || mapAt(map, "data")["mesh"] === undefined) return [];
    return [{ ...OUTSIDE, revision, config }];
  });
}

/**
 * An istiod goes by its variable REVISION alone: without it ConfigMap `istio` counts, whatever the label `istio.io/rev` says (getMeshConfigMapName in
 * istiod's bootstrap/mesh.go). Charts write both from one value (deployment.yaml of istio-discovery), so where the variable isn't known the label names it.
 */
function planeOf(env: Workload["env"], label: string | undefined): ControlPlane {
  const set = env?.["REVISION"];
  const revision = (env === undefined || set === null ? label : set) || "default";
  const sampling = env?.["PILOT_TRACE_SAMPLING"] ?? null;
  return {
    revision,
    everything: env === undefined || env["REVISION"] === null ? null : !env["REVISION"],
    config: revision === "default" ? MAIN : `${MAIN}-${revision}`,
    shared: env?.["SHARED_MESH_CONFIG"] || null,
    unclear: unclearBy(env),
    sampling:
      env === undefined
        ? { why: UNREAD }
        : sampling === null && "PILOT_TRACE_SAMPLING" in env
          ? { why: `PILOT_TRACE_SAMPLING of istiod ${ELSEWHERE}` }
          : { set: sampling },
  };
}

function unclearBy(env: Workload["env"]): string | null {
  if (env === undefined) return UNREAD;
  const elsewhere = ["REVISION", "SHARED_MESH_CONFIG"].filter((name) => env[name] === null);
  return elsewhere.length === 0 ? null : `${elsewhere.join(", ")} of istiod ${ELSEWHERE}`;
}

const UNREAD = "istiod’s variables can’t be read";
const ELSEWHERE = "is set from what isn’t read";
