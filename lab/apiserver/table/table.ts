/** Other shapes of objects: tables, and metadata alone. https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables */
import type { ListMeta } from "../encode.ts";
import type { Json, JsonObject } from "../json.ts";
import type { KubeObject } from "../object.ts";
import type { Resource, ResourceVersion } from "../resource.ts";
import { columnsOf } from "./columns.ts";

/** An object without all but its metadata. */
export function partial(object: KubeObject): JsonObject {
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata };
}

/** A list of metadata alone. */
export function partialList(meta: ListMeta, objects: readonly KubeObject[]): JsonObject {
  return {
    kind: "PartialObjectMetadataList",
    apiVersion: "meta.k8s.io/v1",
    metadata: { ...meta },
    items: objects.map(partial),
  };
}

/** What a row's `object` holds, by `includeObject`. */
export type Included = "None" | "Metadata" | "Object";

/** Reads `includeObject`; Metadata unless another is asked for. */
export function included(query: URLSearchParams): Included {
  const value = query.get("includeObject");
  return value === "None" || value === "Object" ? value : "Metadata";
}

/** A table of objects. `now` in milliseconds since the epoch gives the ages. */
export function table(
  resource: Resource,
  version: ResourceVersion,
  meta: ListMeta,
  objects: readonly KubeObject[],
  options: { readonly now: number; readonly included: Included; readonly header: boolean },
): JsonObject {
  const columns = columnsOf(resource, version.columns);
  const row = (object: KubeObject): Json => ({
    cells: columns.map((column) => column.cell(object, options.now)),
    ...(options.included === "None" ? {} : { object: options.included === "Object" ? object : partial(object) }),
  });
  const definitions = columns.map(({ name, type, format, priority }) => ({
    name,
    type,
    format,
    description: "",
    priority,
  }));
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: { ...meta },
    // In a watch only the first event names the columns.
    columnDefinitions: options.header ? definitions : null,
    rows: objects.map(row),
  };
}
