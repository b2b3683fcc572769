/** GET /meaning/log-callers/{cluster}/{namespace}?workload=: who called a workload without mutual TLS, by its proxies' access logs. */
import { MeshscopeError } from "#lib/errors.ts";
import { parseRefPath } from "#lib/policy/ref.ts";
import { evidenceOfferSchema } from "./evidence.ts";
import { objectRefSchema } from "./object-ref.ts";
import { decodedPath } from "./path.ts";
import { readQuery } from "./query.ts";
import { z } from "./zod.ts";

const NAME = "a workload's name";

export const logCallersQuerySchema = z.object({
  workload: z.string({ error: NAME }).min(1, { error: NAME }).max(253, { error: NAME }),
});

const callerFields = {
  source: z.string().nullable().meta({ description: "node id of the workload that has the address now" }),
  by: z.enum(["pod", "address", "claimed", "hidden"]).meta({
    description:
      "pod: a pod's address; address: no known pod's; claimed: what a header says, which anybody can write; hidden: of a pod out of sight",
  }),
  address: z.string().nullable(),
  calls: z.number().meta({ description: "lines" }),
  lastAt: z.string().nullable(),
};

export const logCallersSchema = z
  .object({
    cluster: z.string(),
    namespace: z.string(),
    workload: z.string(),
    at: z.iso.datetime(),
    by: z.enum(["sidecar", "ztunnel"]).meta({ description: "whose logs they are" }),
    pods: z
      .number()
      .meta({ description: "with a proxy of their own; of an ambient workload, ztunnels of its pods' nodes" }),
    logs: z
      .array(
        z.object({
          pod: z.string(),
          lines: z.number().nullable().meta({ description: "that were read; null: they couldn't be" }),
          inbound: z.number().meta({ description: "of these, calls into the pod" }),
          unreadable: z.number().meta({ description: "lines that look like an access log's and aren't of its form" }),
          since: z.string().nullable().meta({ description: "of the oldest line that was read" }),
          olderOf: z.number().nullable().meta({
            description:
              "of so many last lines the older part alone was read: bytes are bounded, too; null: the newest are among them",
          }),
          problem: z.string().nullable(),
        }),
      )
      .meta({ description: "of the pods that were read" }),
    mutual: z.number().meta({ description: "calls by mutual TLS" }),
    callers: z
      .array(
        z.object({
          ...callerFields,
          sends: z.enum(["plaintext", "own TLS", "unknown"]),
          refused: z.number().meta({ description: "of these, refused by STRICT already" }),
        }),
      )
      .meta({ description: "without Istio's mutual TLS, most calls first, at most 100" }),
    callersTotal: z.number(),
    trials: z
      .array(
        z.object({
          ...callerFields,
          action: z
            .enum(["allow", "deny"])
            .meta({ description: "allow: no rule of any ALLOW policy on trial took them" }),
          policy: objectRefSchema
            .nullable()
            .meta({ description: "null: of ALLOW none is named; of DENY it is out of sight" }),
        }),
      )
      .meta({ description: "what policies on trial would have denied, by lines of ztunnels, at most 100" }),
    notes: z.array(z.string()).meta({ description: "in which form lines are read, and what that form can’t tell" }),
    notEvaluated: z.string().exactOptional().meta({ description: "why no log can tell" }),
    switchOn: evidenceOfferSchema.meta({ description: "how to have calls written down" }),
  })
  .meta({ id: "LogCallers" });

export type LogCallersAnswer = z.infer<typeof logCallersSchema>;

/** @throws MeshscopeError `not_found`, `bad_parameter` */
export function logCallersAt(url: string) {
  const { workload } = readQuery(logCallersQuerySchema, new URL(url).searchParams);
  const [, cluster = "", namespace = "", ...more] = decodedPath(url);
  const ref = parseRefPath([cluster, "core", "v1", "Namespace", "-", namespace, ...more]);
  if (ref !== null && ref.namespace === null) return { cluster, namespace, workload };
  throw new MeshscopeError("not_found", "That is no namespace's address. It has the form {cluster}/{namespace}.");
}

export type LogCallersRequest = ReturnType<typeof logCallersAt>;
