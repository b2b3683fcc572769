/** GET /meaning/proposals/{cluster}/{namespace}: deny by default, from the identities that were seen. */
import { MeshscopeError } from "#lib/errors.ts";
import { parseRefPath } from "#lib/policy/ref.ts";
import { policyTargetSchema } from "./intents-access.ts";
import { pathSegments } from "./path.ts";
import { z } from "./zod.ts";

const seen = {
  seen: z.enum(["hour", "week"]).meta({ description: "in the last hour, or before it within 7 days" }),
  requests: z.number().nullable().meta({ description: "per second over the window; null: none are counted" }),
  connections: z
    .number()
    .nullable()
    .meta({ description: "of tcp, per second over the window; null: none are counted" }),
};

const guarded = z
  .object({ kind: z.enum(["workload", "service"]), name: z.string() })
  .meta({ description: "a workload, or a Service at its waypoint" });

export const proposalSchema = z
  .object({
    cluster: z.string(),
    namespace: z.string(),
    at: z.iso.datetime().nullable().meta({ description: "of the traffic; null: it isn't known" }),
    window: z.string().nullable().meta({ description: "that the rates are averages over" }),
    week: z.boolean().meta({ description: "whether the 7 days could be asked" }),
    limits: z.array(z.string()).meta({ description: "what the windows don't know" }),
    notEvaluated: z.string().exactOptional().meta({ description: "why there is no proposal" }),
    proposal: z
      .object({
        policies: z.array(
          z.object({
            of: guarded,
            point: z.enum(["sidecar", "ztunnel", "waypoint"]).meta({ description: "who asks the policy" }),
            name: z.string(),
            target: policyTargetSchema,
            rules: z.array(
              z.object({
                principal: z.string(),
                through: z.string().nullable().meta({
                  description: "the waypoint whose identity it is, as namespace/name; null: the callers' own",
                }),
                ...seen,
                callers: z.array(z.string()).meta({ description: "ids of nodes that called as it" }),
              }),
            ),
            uncovered: z
              .array(z.object({ source: z.string(), why: z.enum(["plaintext", "unknown", "hidden", "past"]), ...seen }))
              .meta({ description: "calls without a rule: enforced, they are refused" }),
            exists: z.enum(["enforced", "dry run"]).nullable(),
            beside: z.array(z.string()).meta({ description: "other ALLOW policies that count there" }),
          }),
        ),
        quiet: z.array(guarded).meta({ description: "what nobody was seen calling" }),
        leftOut: z.array(z.object({ of: guarded, why: z.string() })),
        rest: z
          .object({
            name: z.string(),
            why: z.string().nullable(),
            waypoints: z.array(z.object({ waypoint: z.string(), name: z.string(), why: z.string().nullable() })).meta({
              description: "the same for waypoints that Services here use, of which the namespace's doesn't count",
            }),
          })
          .meta({ description: "a policy without rules for all else; why it can't be had, or null" }),
      })
      .nullable(),
  })
  .meta({ id: "AuthorizationProposal" });

export type ProposalAnswer = z.infer<typeof proposalSchema>;

/** The namespace of `/meaning/proposals/{cluster}/{namespace}`. @throws MeshscopeError `not_found` */
export function placeAt(url: string) {
  const [, cluster = "", namespace = "", ...more] = pathSegments(url);
  const ref = parseRefPath([cluster, "core", "v1", "Namespace", "-", namespace, ...more]);
  if (ref !== null && ref.namespace === null) return { cluster, namespace };
  throw new MeshscopeError("not_found", "That is no namespace's address. It has the form {cluster}/{namespace}.");
}
