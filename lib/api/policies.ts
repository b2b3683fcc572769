/** GET /policies, GET /policies/{object path}, GET /services, GET /services/{cluster}/{ns}/{name}: what there is. */
import { type NodeKey, parseNodeId } from "#lib/graph/id.ts";
import { findingSchema } from "./findings.ts";
import { managerSchema, manifestSchema, objectRefSchema, ownerSchema } from "./object-ref.ts";
import { limitParameter, nextParameter } from "./paging.ts";
import { listParameter, readQuery } from "./query.ts";
import { z } from "./zod.ts";

const NODE_WORDS = "the id of a workload or an app as in /graph, cluster/namespace/workload/name";

export const policiesQuerySchema = z.object({
  clusters: listParameter("cluster names").default([]),
  namespaces: listParameter("namespaces").default([]),
  kinds: listParameter("kinds such as VirtualService").default([]),
  node: z
    .string()
    .transform((id, context): NodeKey => {
      const key = parseNodeId(id);
      if (key !== null && (key.kind === "workload" || key.kind === "app")) return key;
      context.issues.push({ code: "custom", message: NODE_WORDS, input: id });
      return z.NEVER;
    })
    .optional()
    .meta({ description: `only what takes effect on this node: ${NODE_WORDS}` }),
  include: z
    .enum(["manifest"], { error: "manifest" })
    .optional()
    .meta({ description: "manifest: items carry their objects whole; the limit is then 100" }),
  limit: limitParameter(),
  next: nextParameter,
});
export type PoliciesQuery = z.output<typeof policiesQuerySchema>;
/** @throws MeshscopeError */
export const parsePoliciesQuery = (params: URLSearchParams): PoliciesQuery => readQuery(policiesQuerySchema, params);

export const servicesQuerySchema = policiesQuerySchema.pick({
  clusters: true,
  namespaces: true,
  limit: true,
  next: true,
});
export type ServicesQuery = z.output<typeof servicesQuerySchema>;
/** @throws MeshscopeError */
export const parseServicesQuery = (params: URLSearchParams): ServicesQuery => readQuery(servicesQuerySchema, params);

const instant = z.iso.datetime().nullable();

export const policyItemSchema = z
  .object({
    object: objectRefSchema,
    area: z.enum(["routing", "security", "telemetry", "extension", "gateway-api", "membership"]),
    selects: z.string(),
    managers: z.array(managerSchema),
    owner: ownerSchema.nullable(),
    createdAt: instant,
    changedAt: instant.meta({ description: "of spec or metadata, by managedFields; null: they don't say" }),
    changedBy: z.string().nullable(),
    problem: z
      .string()
      .nullable()
      .meta({ description: "what status.conditions say is wrong; null: nothing, or silent" }),
    findings: z
      .array(findingSchema)
      .nullable()
      .meta({ description: "of this object; null: not all objects have been read yet" }),
    manifest: manifestSchema.exactOptional(),
  })
  .meta({ id: "Policy" });

export const unreadKindSchema = z
  .object({ cluster: z.string(), kind: z.string(), reason: z.string(), code: z.string().nullable() })
  .meta({ id: "UnreadKind" });

export const policiesSchema = z
  .object({
    items: z.array(policyItemSchema),
    next: z.string().exactOptional(),
    asOf: instant.meta({ description: "all clusters' objects were known to be current then; null: not read yet" }),
    unread: z.array(unreadKindSchema).meta({ description: "kinds that can't be shown, and why" }),
  })
  .meta({ id: "Policies" });
export type PolicyItem = z.infer<typeof policyItemSchema>;
export type PoliciesAnswer = z.infer<typeof policiesSchema>;

export const referenceSchema = z
  .object({
    path: z.string(),
    object: objectRefSchema.nullable(),
    text: z.string(),
    found: z.boolean().nullable().meta({ description: "null: not looked for, or what would tell isn't read" }),
  })
  .meta({ id: "Reference" });

export const recordSchema = z
  .object({
    id: z.string(),
    object: objectRefSchema,
    who: z.string().nullable().meta({ description: "user, or field manager; null: unknown" }),
    when: z.iso.datetime(),
    note: z.string().exactOptional(),
    source: z.enum(["meshscope", "other"]),
    op: z.enum(["create", "update", "delete"]).nullable(),
    /** Only of records that the console wrote, or saw happen. */
    before: manifestSchema.nullable().exactOptional(),
    after: manifestSchema.nullable().exactOptional(),
    planId: z.string().exactOptional(),
    state: z
      .enum(["open", "applied", "failed", "rolledBack", "unchanged", "skipped"])
      .exactOptional()
      .meta({ description: "open: begun and not finished; the console may have been stopped in between" }),
    revertable: z.boolean(),
    /** Recorded with a time to live: when the console reminds of it. */
    until: z.iso.datetime().exactOptional(),
  })
  .meta({ id: "Change" });
export type ChangeRecord = z.infer<typeof recordSchema>;

export const policySchema = z
  .object({
    ...policyItemSchema.shape,
    manifest: manifestSchema.meta({ description: "as the server has it, managedFields left out" }),
    resourceVersion: z.string(),
    references: z.object({ to: z.array(referenceSchema), from: z.array(referenceSchema) }),
    history: z.array(recordSchema),
    rights: z.record(z.enum(["update", "patch", "delete", "create"]), z.boolean()),
  })
  .meta({ id: "PolicyDetail" });
export type PolicyAnswer = z.infer<typeof policySchema>;

export const serviceItemSchema = z
  .object({
    cluster: z.string(),
    namespace: z.string(),
    name: z.string(),
    workloads: z.array(z.string()),
    ports: z.array(
      z.object({
        name: z.string().nullable(),
        port: z.number(),
        protocol: z.string(),
        appProtocol: z.string().nullable(),
      }),
    ),
    routedBy: z.array(objectRefSchema),
  })
  .meta({ id: "Service" });

export const servicesSchema = z
  .object({ items: z.array(serviceItemSchema), next: z.string().exactOptional() })
  .meta({ id: "Services" });
export type ServicesAnswer = z.infer<typeof servicesSchema>;
export type ServiceItem = z.infer<typeof serviceItemSchema>;

/** `routing` is lib/policy/routing.ts's Routing, written as it is. */
export const serviceSchema = z
  .object({
    ...serviceItemSchema.shape,
    rootNamespace: z.string(),
    routing: z.unknown().meta({ description: "rules in the order tried, versions, settings of the destination" }),
    manifests: z.array(manifestSchema).meta({ description: "the objects that say so, whole" }),
    workloadsInfo: z.array(
      z.object({
        name: z.string(),
        version: z.string().nullable(),
        app: z.string().nullable(),
        labels: z.record(z.string(), z.string()),
        pods: z.number(),
        ready: z.number(),
      }),
    ),
  })
  .meta({ id: "ServiceDetail" });
export type ServiceAnswer = z.infer<typeof serviceSchema>;

/** GET /schemas/…: the cluster's own, its references inside the document (`$defs`). */
export const kindSchemaSchema = z.looseObject({}).meta({ id: "KindSchema", description: "JSON Schema, 2020-12" });
