/** GET /meaning/workloads/{cluster}/{namespace}/{name}/sends: what one workload's proxies send to each host that it may call. */
import { MeshscopeError } from "#lib/errors.ts";
import { parseRefPath } from "#lib/policy/ref.ts";
import { lacksSchema, reached, targetSchema } from "./client-routing.ts";
import { decodedPath } from "./path.ts";
import { readQuery } from "./query.ts";
import { silentSchema } from "./silent.ts";
import { z } from "./zod.ts";

const refSchema = z.object({ cluster: z.string(), namespace: z.string(), name: z.string() });

export const sendsSchema = z
  .object({
    workload: refSchema,
    kinds: z
      .array(
        z.object({
          which: z.string().nullable().meta({ description: "which of its pods; null: all of them" }),
          sends: z.array(
            z.object({
              service: refSchema.meta({ description: "or the ServiceEntry" }),
              host: z.string(),
              entry: z.boolean().meta({ description: "of a ServiceEntry" }),
              port: z.number(),
              portName: z.string().nullable(),
              protocol: z.object({
                carries: z.enum(["http", "tls", "tcp", "udp", "sctp"]).nullable().meta({
                  description:
                    "how Istio takes the port; udp, sctp: not at all; null: nothing says it, so that proxies detect HTTP",
                }),
                by: z
                  .enum(["appProtocol", "name", "protocol", "number"])
                  .nullable()
                  .meta({ description: "what of the port says it; number: one at which it is never detected" }),
                said: z.string().nullable().meta({ description: "the word that says it" }),
              }),
              ...reached,
              targets: z.array(targetSchema).meta({
                description: "places of which tls doesn’t say all: where calls fail, and endpoints that are no pods",
              }),
              lacks: lacksSchema,
            }),
          ),
        }),
      )
      .meta({ description: "none: a waypoint, which sends on what clients send through it" }),
    ports: z
      .object({ told: z.number(), all: z.number() })
      .meta({ description: "ports of hosts that fit, and how many of them are told" }),
    lacks: lacksSchema,
    asOf: z.iso.datetime().nullable().meta({ description: "of the objects; null: not all read yet" }),
    silentSince: silentSchema,
  })
  .meta({ id: "WorkloadSends" });
export type SendsAnswer = z.infer<typeof sendsSchema>;

export const sendsQuerySchema = z.object({
  host: z.string().max(253).exactOptional().meta({ description: "a part of the host; absent: all" }),
});

/** @throws MeshscopeError `not_found`, `bad_request`, `bad_parameter` */
export function sendsAt(url: string) {
  const { host } = readQuery(sendsQuerySchema, new URL(url).searchParams);
  const [, cluster = "", namespace = "", name = "", last, ...more] = decodedPath(url);
  const ref = parseRefPath([cluster, "core", "v1", "Pod", namespace, name, ...more]);
  if (ref && ref.namespace !== null && last === "sends")
    return { workload: { cluster, namespace, name }, search: host ?? "" };
  throw new MeshscopeError(
    "not_found",
    "That is no workload's address. It has the form {cluster}/{namespace}/{name}/sends.",
  );
}
