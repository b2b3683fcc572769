/** GET /meaning/workloads/{cluster}/{namespace}/{name}: what the objects make of one workload's security. */
import { MeshscopeError } from "#lib/errors.ts";
import { parseRefPath } from "#lib/policy/ref.ts";
import { evidenceOfferSchema } from "./evidence.ts";
import { objectRefSchema } from "./object-ref.ts";
import { pathSegments } from "./path.ts";
import { silentSchema } from "./silent.ts";
import { z } from "./zod.ts";

export const sourceSchema = z
  .object({
    object: objectRefSchema,
    path: z.string().meta({ description: 'spec.mtls.mode; "" is the object as a whole' }),
  })
  .meta({ id: "MeaningSource" });
const lacksSchema = z.array(z.string()).meta({ description: "what isn't known and might change it, by name" });
const modeSchema = z.enum(["STRICT", "PERMISSIVE", "DISABLE"]).nullable();

const policyWordsSchema = z
  .object({
    source: sourceSchema,
    stage: z.enum(["custom", "deny", "allow", "audit"]),
    rules: z
      .array(
        z.object({
          path: z.string(),
          from: z.array(z.string()).meta({ description: "alternatives; none: anyone" }),
          to: z.array(z.string()).meta({ description: "alternatives; none: anything" }),
          when: z.array(z.string()).meta({ description: "all of them" }),
          caveat: z.string().nullable().meta({ description: "what the proxy here doesn't read of it" }),
        }),
      )
      .meta({ description: "none: it matches nothing" }),
  })
  .meta({ id: "PolicyWords" });

export const workloadSecuritySchema = z
  .object({
    cluster: z.string(),
    namespace: z.string(),
    name: z.string(),
    dataplane: z.enum(["sidecar", "ambient", "gateway", "waypoint", "none"]),
    ports: z.array(
      z.object({
        port: z.number().nullable().meta({ description: "of the workload; null: named only, or all others" }),
        name: z.string().nullable(),
        services: z.array(z.string()),
        mode: modeSchema.meta({ description: "null: unknown, see lacks; or none counts, see past" }),
        past: z.string().exactOptional().meta({
          description:
            'the annotation by which connections come past the sidecar, "": a port of its own; no mutual TLS and no policy counts',
        }),
        chain: z
          .array(
            z.object({
              level: z.enum(["mesh", "namespace", "workload", "port"]),
              source: sourceSchema.nullable().meta({ description: "null: an object that the viewer may not see" }),
              mode: modeSchema,
            }),
          )
          .meta({ description: "the last one decides; none: PERMISSIVE by default" }),
        lacks: lacksSchema,
      }),
    ),
    notes: z.array(z.string()).meta({ description: "pods that no proxy stands before" }),
    points: z
      .array(
        z.object({
          kind: z.enum(["sidecar", "gateway", "waypoint", "ztunnel"]),
          name: z.string(),
          note: z.string().nullable(),
          policies: z.array(policyWordsSchema),
          jwt: z.array(z.object({ source: sourceSchema, issuer: z.string().nullable() })),
          dryRun: z.array(policyWordsSchema),
          ignored: z.array(z.object({ source: sourceSchema, why: z.string() })),
          otherwise: z
            .object({
              verdict: z.enum(["allow", "deny", "unknown"]),
              source: sourceSchema.nullable(),
              why: z.string(),
            })
            .meta({ description: "of a call that no rule takes" }),
          lacks: lacksSchema,
        }),
      )
      .meta({ description: "proxies that decide, in the order in which a call passes them" }),
    evidence: z.array(evidenceOfferSchema).exactOptional().meta({
      description:
        "what its proxies, and waypoints before it, can say and have to be told to; absent where it has none",
    }),
    unenforced: z.array(sourceSchema).meta({ description: "policies that select it although it has no proxy" }),
    lacks: lacksSchema,
    asOf: z.iso.datetime().nullable().meta({ description: "of the objects; null: not all read yet" }),
    silentSince: silentSchema,
  })
  .meta({ id: "WorkloadSecurity" });
export type WorkloadSecurityAnswer = z.infer<typeof workloadSecuritySchema>;

/** The workload of `/meaning/workloads/{cluster}/{namespace}/{name}`. @throws MeshscopeError `not_found` */
export function workloadAt(url: string) {
  const [, cluster = "", namespace = "", name = "", ...more] = pathSegments(url);
  const ref = parseRefPath([cluster, "core", "v1", "Pod", namespace, name, ...more]);
  if (ref && ref.namespace !== null) return { cluster, namespace, name };
  throw new MeshscopeError("not_found", "That is no workload's address. It has the form {cluster}/{namespace}/{name}.");
}
