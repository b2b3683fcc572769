/** GET /meaning/dry-runs/{cluster}/{namespace}: what policies on trial would have done, by the counters of the proxies. */
import { MeshscopeError } from "#lib/errors.ts";
import { parseRefPath } from "#lib/policy/ref.ts";
import { sourceSchema } from "./meaning.ts";
import { objectRefSchema } from "./object-ref.ts";
import { decodedPath } from "./path.ts";
import { choiceParameter, readQuery } from "./query.ts";
import { WINDOWS } from "./windows.ts";
import { z } from "./zod.ts";

const unit = "requests/s, of tcp connections/s";
const actionSchema = z.enum(["allow", "deny"]);
const counted = {
  allowed: z.number().meta({ description: unit }),
  denied: z.number().meta({ description: unit }),
};

const callerSchema = z.object({
  source: z.string().nullable().meta({ description: "a node's id; null: whoever calls from out of sight" }),
  rate: z.number().meta({ description: unit }),
  certainty: z.enum(["certain", "bounded"]).meta({ description: "certain: it is the only caller" }),
  min: z.number(),
  max: z.number(),
});

const workloadSchema = z
  .object({
    workload: z.string(),
    dataplane: z.enum(["sidecar", "ambient", "gateway", "waypoint", "none"]),
    policies: z
      .array(z.object({ source: sourceSchema, action: actionSchema }))
      .meta({ description: "on trial there, in sight: possible authors, for the counters name none" }),
    armed: z.boolean().nullable().meta({ description: "an ALLOW policy is in force there; null: unknown" }),
    lacks: z.array(z.string()).meta({ description: "what isn't known and might add policies" }),
    tried: z
      .array(
        z.object({
          action: actionSchema,
          protocol: z.enum(["http", "tcp"]),
          ...counted,
          atLeast: z.boolean().meta({
            description:
              "more may be denied: series began within the window, or pods counted that are gone and may have been its own",
          }),
          ports: z.array(z.object({ port: z.number().nullable(), ...counted })),
          callers: z.array(callerSchema).nullable().meta({ description: "null: who calls isn't known" }),
        }),
      )
      .meta({ description: "ALLOW and DENY are tried apart; none: nothing was counted, which isn't 0" }),
    pods: z.object({ counted: z.number(), all: z.number() }),
    silent: z
      .enum(["ztunnel", "waypoint", "no-counters"])
      .nullable()
      .meta({ description: "why no pod that is there counts: who doesn't count, or that no counter is there" }),
  })
  .meta({ id: "DryRunWorkload" });

const spansSchema = z.object({
  action: actionSchema,
  kept: z.number().meta({ description: "spans that were kept of calls which would be denied" }),
  full: z.boolean().meta({ description: "there may be more: backends were asked for no more traces" }),
  policies: z.array(
    z.object({
      policy: objectRefSchema.nullable().meta({ description: "null: no rule took the call, or one out of sight did" }),
      spans: z.number(),
    }),
  ),
  callers: z.array(
    z.object({
      source: z.string().nullable().meta({ description: "null: no span tells, or none that may be seen" }),
      spans: z.number(),
    }),
  ),
  problem: z.string().nullable().meta({ description: "why not all backends could say" }),
});

export const dryRunsSchema = z
  .object({
    cluster: z.string(),
    namespace: z.string(),
    at: z.iso.datetime().nullable().meta({ description: "of the counters; null: they weren't asked" }),
    window: z.string().nullable().meta({ description: "that the rates are averages over" }),
    limits: z.array(z.string()).meta({ description: "what else isn't known" }),
    notEvaluated: z.string().exactOptional().meta({ description: "why no counters are known" }),
    spans: z.array(spansSchema).nullable().meta({
      description: "what sampled spans say, where they are asked for; null: they aren't, or nobody keeps any",
    }),
    workloads: z.array(workloadSchema).meta({ description: "with a policy on trial, or with counters of one" }),
  })
  .meta({ id: "DryRuns" });

export type DryRunsAnswer = z.infer<typeof dryRunsSchema>;

/** Days are for what is rare; a trial is watched while it runs. */
const ACCEPTED = WINDOWS.filter((window) => window !== "168h" && window !== "720h");

export const dryRunsQuerySchema = z.object({
  window: z
    .enum(ACCEPTED, { error: ACCEPTED.join(", ") })
    .default("10m")
    .meta({ description: "that rates are averages over" }),
  workload: z
    .string()
    .min(1, { error: "a workload's name" })
    .max(253, { error: "a workload's name" })
    .exactOptional()
    .meta({ description: "this one alone" }),
  spans: choiceParameter(["off", "on"]).meta({ description: "ask the traces of that workload too" }),
});

/** @throws MeshscopeError `not_found`, `bad_parameter`, `bad_window` */
export function dryRunsAt(url: string) {
  const { window, workload = null, spans } = readQuery(dryRunsQuerySchema, new URL(url).searchParams);
  const [, cluster = "", namespace = "", ...more] = decodedPath(url);
  const ref = parseRefPath([cluster, "core", "v1", "Namespace", "-", namespace, ...more]);
  if (ref !== null && ref.namespace === null) return { cluster, namespace, workload, window, spans };
  throw new MeshscopeError("not_found", "That is no namespace's address. It has the form {cluster}/{namespace}.");
}

export type DryRunsRequest = ReturnType<typeof dryRunsAt>;
