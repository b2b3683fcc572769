/** GET /meaning/strict/{cluster}/{namespace}: the way from PERMISSIVE to STRICT, of one namespace or (`-`) of the mesh. */
import { MeshscopeError } from "#lib/errors.ts";
import { parseRefPath } from "#lib/policy/ref.ts";
import { findingSchema } from "./findings.ts";
import { sourceSchema } from "./meaning.ts";
import { pathSegments } from "./path.ts";
import { silentSchema } from "./silent.ts";
import { z } from "./zod.ts";

const modeFields = {
  mode: z.enum(["STRICT", "PERMISSIVE", "DISABLE"]).nullable().meta({ description: "null: unknown, see lacks" }),
  source: sourceSchema.nullable().meta({ description: "null: no object, or one that the viewer may not see" }),
  lacks: z.array(z.string()),
};
const modeSchema = z.object(modeFields);

const listOf = <T extends z.ZodType>(items: T) =>
  z.object({ items: z.array(items), total: z.number().meta({ description: "items are the first of very many" }) });

const namespaceSchema = z.object({
  namespace: z.string(),
  state: z.enum(["ready", "open", "blocked", "unknown", "strict"]).meta({
    description:
      "ready: nothing speaks against it and the evidence is whole; open: nothing that was seen does; unknown: no calls are known",
  }),
  now: modeSchema,
  workloads: z.number().meta({ description: "with a proxy that enforces" }),
  silent: z.number().meta({ description: "of these, those that nobody was seen to call" }),
  pairs: z.object({
    proven: z.number().meta({ description: "mutual TLS, measured" }),
    plaintext: z.number().meta({ description: "STRICT would refuse them; callers with a name" }),
    nameless: z.number().meta({ description: "the same, by callers that telemetry can't name" }),
    unknown: z.number().meta({ description: "never counted as safe" }),
    untouched: z.number().meta({ description: "without mutual TLS, and STRICT changes nothing for them" }),
  }),
  blindSpots: z.array(z.string()),
  pilot: z
    .object({ labels: z.record(z.string(), z.string()), workloads: z.array(z.string()) })
    .nullable()
    .meta({ description: "a workload to begin with; null: none that would prove anything" }),
});

const pairSchema = z.object({
  source: z.string().meta({ description: "node id, as in the graph" }),
  target: z.string(),
  protocol: z.enum(["http", "grpc", "tcp"]),
  seen: z.enum(["hour", "week"]),
  named: z.boolean().meta({ description: "telemetry names the caller" }),
  sends: z.enum(["plaintext", "own TLS", "unknown"]),
  basis: z.enum(["measured", "configured"]).nullable(),
  rate: z.number().meta({ description: "requests/s, for tcp connections/s, of this part of the pair's calls" }),
  refused: z.boolean().nullable().meta({ description: "by STRICT; null: not known" }),
  why: z.string(),
  rule: sourceSchema.nullable().meta({ description: "what tells the client to send that" }),
  blindSpots: z.array(z.string()),
  closeWith: z.array(z.string()),
});

export const strictSchema = z
  .object({
    cluster: z.string(),
    namespace: z.string().nullable().meta({ description: "null: the whole mesh" }),
    rootNamespace: z.string().nullable().meta({ description: "null: the viewer doesn't see it" }),
    mesh: modeSchema,
    namespaces: z.array(namespaceSchema).meta({ description: "in the order in which to go" }),
    hidden: z.boolean().meta({ description: "there are namespaces that the viewer may not see" }),
    pairs: listOf(pairSchema),
    rules: listOf(
      z.object({
        source: sourceSchema,
        says: z.string(),
        host: z.string(),
        clients: z.string().nullable().meta({ description: "clients of that namespace; null: of all" }),
        services: z.number(),
        fix: findingSchema.shape.fix,
      }),
    ),
    exceptions: listOf(
      z.object({
        ...modeFields,
        namespace: z.string(),
        workload: z.string(),
        port: z.number().nullable(),
        stays: z.boolean().meta({ description: "it goes on as it is once the namespace is STRICT" }),
      }),
    ),
    uncovered: listOf(
      z.object({
        namespace: z.string(),
        name: z.string(),
        kind: z.enum(["no-proxy", "some-pods", "gateway", "excluded-ports", "probes", "udp"]),
        text: z.string(),
      }),
    ),
    lacks: z.array(z.string()).meta({ description: "kinds that aren't known, with the reason" }),
    evidence: z
      .object({
        at: z.iso.datetime(),
        window: z.string(),
        hourPairs: z.number().meta({ description: "pairs into the scope seen in the window" }),
        weekPairs: z.number().nullable().meta({ description: "further ones of the last 7 days; null: not known" }),
        limits: z.array(z.string()).meta({ description: "what the windows don't know" }),
      })
      .nullable(),
    notEvaluated: z.string().exactOptional().meta({ description: "why no calls are known" }),
    asOf: z.iso.datetime().nullable().meta({ description: "of the objects; null: not all read yet" }),
    silentSince: silentSchema,
  })
  .meta({ id: "StrictPath" });
export type StrictAnswer = z.infer<typeof strictSchema>;

export interface StrictScope {
  readonly cluster: string;
  /** null: the whole mesh. */
  readonly namespace: string | null;
}

/** The scope of `/meaning/strict/{cluster}/{namespace}`. @throws MeshscopeError `not_found` */
export function strictScopeAt(url: string): StrictScope {
  const [, cluster = "", namespace = "", ...more] = pathSegments(url);
  const ref = parseRefPath([cluster, "core", "v1", "Pod", namespace, "x", ...more]);
  if (ref) return { cluster, namespace: ref.namespace };
  throw new MeshscopeError(
    "not_found",
    "That is no scope's address. It has the form {cluster}/{namespace}, with - for the whole mesh.",
  );
}
