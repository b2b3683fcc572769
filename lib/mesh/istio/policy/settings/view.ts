/**
 * Objects as a mesh's istiod reads them: without those of namespaces that its discoverySelectors leave out, and with the mesh's
 * default exportTo where they say none. Pure.
 * https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig
 */
import type { Manifest } from "#lib/policy/manifest.ts";
import { specOf, textsAt } from "../routing/json.ts";
import type { MeshConfig } from "./decode.ts";
import { type MeshSettings, setting } from "./settings.ts";

type Objects = (kind: string) => readonly Manifest[];
/** A namespace's labels; null: not known. */
export type LabelsOf = (namespace: string) => Readonly<Record<string, string>> | null;

export interface IstiodsView {
  /** All of a kind. */
  readonly objects: Objects;
  /** One object; null: istiod doesn't see it. */
  readonly read: (manifest: Manifest) => Manifest | null;
}

/** `objects` themselves where nothing is set, or nothing is known: then what is set elsewhere isn't looked at. */
export function istiodsView(settings: MeshSettings, objects: Objects, labelsOf: LabelsOf): IstiodsView {
  const found = setting(settings, ({ exportTo, discovery }) => ({ exportTo, discovery }));
  const plain: IstiodsView = { objects, read: (manifest) => manifest };
  if (!found.known) return plain;
  const { exportTo, discovery } = found.value;
  if (discovery.length === 0 && Object.keys(exportTo).length === 0) return plain;
  const read = (manifest: Manifest): Manifest | null => {
    const { namespace } = manifest.metadata;
    return namespace !== undefined && isLeftOut(discovery, labelsOf(namespace)) ? null : exported(manifest, exportTo);
  };
  const lists = new Map<string, readonly Manifest[]>();
  return {
    read,
    objects: (kind) => {
      const known = lists.get(kind);
      if (known !== undefined) return known;
      const list = objects(kind).flatMap((each) => read(each) ?? []);
      lists.set(kind, list);
      return list;
    },
  };
}

/** Namespaces without known labels count as seen. */
function isLeftOut(discovery: MeshConfig["discovery"], labels: ReturnType<LabelsOf>): boolean {
  return (
    discovery.length > 0 &&
    labels !== null &&
    !discovery.some((selector) => selector.every((ask) => holds(ask, labels)))
  );
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements */
function holds(
  { key, operator, values }: MeshConfig["discovery"][number][number],
  labels: Readonly<Record<string, string>>,
): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
  }
}

function exported(manifest: Manifest, exportTo: MeshConfig["exportTo"]): Manifest {
  const own = exportTo[manifest.kind];
  if (own === undefined || textsAt(specOf(manifest), "exportTo").length > 0) return manifest;
  return { ...manifest, spec: { ...specOf(manifest), exportTo: own } };
}
