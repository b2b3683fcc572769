/**
 * Objects as a mesh's istiod reads them: without those of namespaces that its discoverySelectors leave out, and with the mesh's
 * default exportTo where they say none. Pure.
 * https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig
 */
import type { Manifest } from "#lib/policy/manifest.ts";
import { BY_DEFAULT, specOf, textsAt } from "../routing/json.ts";
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
  /** Whether istiod sees what is in a namespace, Services among it. */
  readonly discovers: (namespace: string) => boolean;
}

const ROUTES: ReadonlySet<string> = new Set(["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute"]);

/** `objects` themselves where nothing is set, or nothing is known: then what is set elsewhere isn't looked at. */
export function istiodsView(settings: MeshSettings, objects: Objects, labelsOf: LabelsOf): IstiodsView {
  const found = setting(settings, ({ exportTo, discovery }) => ({ exportTo, discovery }));
  const plain: IstiodsView = { objects, read: (manifest) => manifest, discovers: () => true };
  if (!found.known) return plain;
  const { exportTo, discovery } = found.value;
  if (discovery.length === 0 && Object.keys(exportTo).length === 0) return plain;
  const discovers = (namespace: string): boolean => !isLeftOut(discovery, labelsOf(namespace));
  const read = (manifest: Manifest): Manifest | null => {
    const { namespace } = manifest.metadata;
    return namespace === undefined || discovers(namespace) ? exported(manifest, exportTo) : null;
  };
  const lists = new Map<string, readonly Manifest[]>();
  return {
    ...{ read, discovers },
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

/**
 * With the default where it says no `exportTo`. DestinationRules that only others' default would hide are seen by everybody
 * (setDestinationRules), and delegates by whom the default names (mergeVirtualServicesIfNeeded).
 */
function exported(manifest: Manifest, exportTo: MeshConfig["exportTo"]): Manifest {
  // Of a route istiod makes VirtualServices, which say none.
  const own = exportTo[ROUTES.has(manifest.kind) ? "VirtualService" : manifest.kind];
  const spec = specOf(manifest);
  if (own === undefined || textsAt(spec, "exportTo").length > 0) return manifest;
  const as = (to: readonly string[]): Manifest => ({ ...manifest, spec: { ...spec, exportTo: [...to, BY_DEFAULT] } });
  switch (manifest.kind) {
    case "DestinationRule":
      return own.seen === "own" ? as(["."]) : manifest;
    case "VirtualService":
      // A delegate.
      if (textsAt(spec, "hosts").length === 0) return as(own.written);
      break;
  }
  return as([own.seen === "own" ? "." : "~"]);
}
