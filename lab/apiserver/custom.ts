/** Custom resources (Istio's, Gateway API's) from their packed CRDs, and the CRD objects that `kubectl get crds` lists. */
import { createHash } from "node:crypto";
import type { PackedCrd } from "../schemas/pack-crd.ts";
import { crds } from "./definitions.ts";
import type { JsonObject } from "./json.ts";
import type { KubeObject } from "./object.ts";
import type { Resource } from "./resource.ts";

const age = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" };

function resourceOf(crd: PackedCrd): Resource {
  return {
    group: crd.group,
    plural: crd.names.plural,
    singular: crd.names.singular ?? crd.names.kind.toLowerCase(),
    kind: crd.names.kind,
    listKind: crd.names.listKind ?? `${crd.names.kind}List`,
    shortNames: crd.names.shortNames ?? [],
    categories: crd.names.categories ?? [],
    namespaced: crd.scope === "Namespaced",
    versions: crd.versions
      .filter((version) => version.served)
      .map((version) => ({
        name: version.name,
        storage: version.storage,
        schema: (crd.schemas[version.schema] ?? {}) as JsonObject,
        status: version.status,
        columns: version.columns.length === 0 ? [age] : version.columns,
        ...(version.deprecationWarning === undefined ? {} : { deprecationWarning: version.deprecationWarning }),
      }))
      .sort((a, b) => comparePriority(a.name, b.name)),
    builtin: false,
    readOnly: false,
    generation: true,
    scale: false,
    log: false,
    unconditionalUpdate: false,
    createOnUpdate: false,
    deleteCollection: true,
    deleteReturnsObject: false,
  };
}

/** Kubernetes' order of versions: GA before beta before alpha, newer first (apimachinery/pkg/version). */
export function comparePriority(a: string, b: string): number {
  const rank = (name: string): readonly number[] => {
    const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(name);
    if (match === null) return [0, 0, 0];
    return [match[2] === undefined ? 3 : match[2] === "beta" ? 2 : 1, Number(match[1]), Number(match[3] ?? 0)];
  };
  const left = rank(a);
  const right = rank(b);
  for (const [i, value] of left.entries()) if (value !== right[i]) return (right[i] ?? 0) - value;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** All custom resources served. */
export const customResources: readonly Resource[] = [...crds.values()].map(resourceOf);

/** A uid that is the same in every run, so that recorded answers can be compared. */
export function stableUid(seed: string): string {
  const hex = createHash("sha256").update(seed).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** A CRD as an API object, established since `at` (RFC 3339). */
export function crdObject(name: string, crd: PackedCrd, at: string): KubeObject {
  const condition = (type: string, reason: string, message: string): JsonObject => ({
    type,
    status: "True",
    lastTransitionTime: at,
    reason,
    message,
  });
  return {
    kind: "CustomResourceDefinition",
    apiVersion: "apiextensions.k8s.io/v1",
    metadata: { name, uid: stableUid(name), generation: 1, creationTimestamp: at, annotations: crd.annotations },
    spec: {
      group: crd.group,
      names: { ...(crd.names as unknown as JsonObject) },
      scope: crd.scope,
      versions: crd.versions.map((version) => ({
        name: version.name,
        served: version.served,
        storage: version.storage,
        schema: { openAPIV3Schema: (crd.schemas[version.schema] ?? {}) as JsonObject },
        ...(version.status ? { subresources: { status: {} } } : {}),
        ...(version.columns.length > 0
          ? { additionalPrinterColumns: version.columns.map((column) => ({ ...column })) }
          : {}),
      })),
      conversion: { strategy: "None" },
    },
    status: {
      conditions: [
        condition("NamesAccepted", "NoConflicts", "no conflicts found"),
        condition("Established", "InitialNamesAccepted", "the initial names have been accepted"),
      ],
      acceptedNames: { ...(crd.names as unknown as JsonObject) },
      storedVersions: crd.versions.filter((version) => version.storage).map((version) => version.name),
    },
  };
}
