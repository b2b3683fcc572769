/** GET /namespaces: what the scope bar offers. */

import { limitParameter, nextParameter } from "./paging.ts";
import { listParameter, readQuery } from "./query.ts";
import { z } from "./zod.ts";

export const namespacesQuerySchema = z.object({
  clusters: listParameter("cluster names").default([]),
  limit: limitParameter(),
  next: nextParameter,
});

export type NamespacesQuery = z.output<typeof namespacesQuerySchema>;

/** @throws MeshscopeError */
export function parseNamespacesQuery(params: URLSearchParams): NamespacesQuery {
  return readQuery(namespacesQuerySchema, params);
}

export const namespaceSchema = z
  .object({
    cluster: z.string(),
    name: z.string(),
    dataplane: z
      .enum(["sidecar", "ambient", "none"])
      .nullable()
      .meta({ description: "membership by the namespace's labels; null where Kubernetes isn't read" }),
    workloads: z.number().meta({ description: "workloads that exist, or, without Kubernetes, that telemetry names" }),
    services: z.number().nullable(),
    root: z.boolean().meta({ description: "the mesh's root namespace: policies in it count for all namespaces" }),
    from: z.enum(["kubernetes", "telemetry"]).meta({ description: "on what the row rests" }),
  })
  .meta({ id: "Namespace" });

export const namespacesSchema = z
  .object({ items: z.array(namespaceSchema), next: z.string().exactOptional() })
  .meta({ id: "Namespaces" });

export type NamespaceItem = z.infer<typeof namespaceSchema>;
export type NamespacesAnswer = z.infer<typeof namespacesSchema>;
