/** GET /meaning/services/{cluster}/{namespace}/{name}/routing: one service, or host of a ServiceEntry, as each of its clients reaches it. */
import { MeshscopeError } from "#lib/errors.ts";
import { parseRefPath } from "#lib/policy/ref.ts";
import { sourceSchema } from "./meaning.ts";
import { decodedPath } from "./path.ts";
import { readQuery } from "./query.ts";
import { silentSchema } from "./silent.ts";
import { z } from "./zod.ts";

export const lacksSchema = z.array(z.string()).meta({ description: "what isn't known and might change it, by name" });

export const targetSchema = z.object({
  host: z.string(),
  subset: z.string().nullable(),
  port: z.number().nullable(),
  share: z.number().meta({ description: "0…1 of the rule's calls" }),
  source: sourceSchema.nullable().meta({ description: "the DestinationRule that declares the subset, or hides it" }),
  fails: z.string().nullable().meta({ description: "why calls sent there fail; null: nothing says that they do" }),
  ends: z.string().nullable().meta({
    description: "of a ServiceEntry’s host: where it goes beside pods; of a headless Service: what says which pod",
  }),
  sends: z.string().nullable().meta({ description: "of a ServiceEntry’s host: what the client’s proxy sends there" }),
  pods: z.object({ ready: z.number(), all: z.number() }).nullable().meta({ description: "null: not known, or none" }),
});

const saySchema = z.object({
  source: sourceSchema.nullable().meta({ description: "null: an object that you may not see" }),
  level: z
    .enum(["rule", "port", "subset", "subset port", "mesh", "namespace", "workload", "workload port", "gateway"])
    .nullable()
    .meta({
      description:
        "of a DestinationRule its whole, port, subset, subset's port; of a PeerAuthentication the rest; of a Gateway gateway, which says the ports that it opens on the workload; null: you may not see it",
    }),
  says: z.string().nullable(),
});

export const tlsSchema = z.object({
  host: z.string(),
  subset: z.string().nullable(),
  port: z.number().nullable(),
  servers: z.array(z.string()).meta({
    description:
      "workloads there that are alike in this, namespace/name, of those with several kinds of pods which; none: not known",
  }),
  by: z.enum(["client", "waypoint", "nobody"]).meta({
    description: "whose proxy sends it: the client’s, its waypoint; nobody’s: it goes as the client itself says it",
  }),
  sends: z.enum(["ISTIO_MUTUAL", "SIMPLE", "MUTUAL", "automatic", "HBONE", "plaintext"]).nullable().meta({
    description: "a DestinationRule’s mode; automatic: automatic mutual TLS; null: not known",
  }),
  takes: z.enum(["STRICT", "PERMISSIVE", "DISABLE", "HBONE", "no proxy", "past"]).nullable().meta({
    description: "past: it comes past the server’s sidecar; null: not known, or no PeerAuthentication says it",
  }),
  connects: z.boolean().nullable().meta({ description: "null: not known" }),
  identified: z.boolean().nullable().meta({ description: "whether mutual TLS proves who calls; null: not known" }),
  why: z.array(z.string()).meta({ description: "what makes it so, in sentences" }),
  chain: z.array(saySchema).meta({
    description: "who has a say: for the client’s proxy, then at the server; the last of each decides",
  }),
  lacks: lacksSchema,
});

const ruleSchema = z.object({
  source: sourceSchema.nullable().meta({ description: "null: no object, the service itself is called" }),
  at: z.string().nullable().meta({ description: "of a gateway: host:port where it takes the request" }),
  matches: z.array(z.array(z.string())).meta({ description: "any of these, within one all; none: everything" }),
  does: z.enum(["route", "redirect", "answer"]),
  to: z.array(targetSchema),
  reached: z.boolean().meta({ description: "false: a rule before it takes everything" }),
});

/** What clients' proxies make of one port of a service. */
export const reached = {
  plane: z.enum(["sidecar", "gateway", "ambient", "none"]),
  decides: z
    .enum([
      "rules",
      "itself",
      "out-of-scope",
      "not-exported",
      "not-discovered",
      "past",
      "not-tcp",
      "nothing",
      "unknown",
    ])
    .meta({
      description:
        "out-of-scope, not-exported, not-discovered: the clients’ proxies don’t know the service, because of their Sidecar, of exportTo, of discoverySelectors; past: their connections leave past their sidecar; not-tcp: no proxy takes UDP or SCTP, which goes as it is sent",
    }),
  leaves: z
    .string()
    .nullable()
    .meta({ description: "the annotation of their pods by which connections leave past the sidecar" }),
  waypoint: z.string().nullable(),
  otherwise: z
    .enum(["404", "outbound-traffic-policy"])
    .nullable()
    .meta({ description: "of a call that no rule takes: 404, or what the mesh’s outboundTrafficPolicy says" }),
  outbound: z.enum(["REGISTRY_ONLY", "ALLOW_ANY"]).nullable().meta({
    description:
      "what becomes of calls that the clients’ proxies don’t know, where that decides: refused, or passed on",
  }),
  tls: z.array(tlsSchema).meta({
    description: "what is sent to the places that rules lead to, one row for each kind of what stands there",
  }),
};

export const clientRoutingSchema = z
  .object({
    service: z
      .object({ cluster: z.string(), namespace: z.string(), name: z.string() })
      .meta({ description: "or the ServiceEntry" }),
    host: z.string().nullable().meta({ description: "of the ServiceEntry; null: a Service" }),
    port: z.number(),
    ports: z.array(z.object({ port: z.number(), name: z.string().nullable() })),
    classes: z
      .array(
        z.object({
          ...reached,
          takes: z.enum(["requests", "connections"]).meta({ description: "connections: the port carries bytes" }),
          rules: z.array(ruleSchema).meta({
            description: "in the order in which they are tried; of connections the closest address and name counts",
          }),
          shadowed: z.array(sourceSchema),
          ignored: z.array(z.object({ source: sourceSchema, why: z.string() })),
          lacks: lacksSchema,
          clients: z.array(z.object({ namespace: z.string(), names: z.array(z.string()) })).meta({
            description: "workloads; of one whose pods are partly without a proxy each kind, with which pods it is",
          }),
        }),
      )
      .meta({ description: "clients with the same answer, taken together" }),
    lacks: lacksSchema,
    asOf: z.iso.datetime().nullable().meta({ description: "of the objects; null: not all read yet" }),
    silentSince: silentSchema,
  })
  .meta({ id: "ClientRouting" });
export type ClientRoutingAnswer = z.infer<typeof clientRoutingSchema>;

const PORT_WORDS = "a port, 1 to 65535";

export const clientRoutingQuerySchema = z.object({
  port: z
    .string()
    .regex(/^\d{1,5}$/, { error: PORT_WORDS })
    .transform(Number)
    .refine((port) => port >= 1 && port <= 65_535, { error: PORT_WORDS })
    .exactOptional()
    .meta({ description: "of the service; absent: its first that carries HTTP, else its first" }),
  host: z
    .string()
    .min(1)
    .max(253)
    .exactOptional()
    .meta({ description: "one of the hosts of the ServiceEntry of that name; absent: a Service" }),
});

/** @throws MeshscopeError `not_found`, `bad_request`, `bad_parameter` */
export function clientRoutingAt(url: string) {
  const { port, host } = readQuery(clientRoutingQuerySchema, new URL(url).searchParams);
  const [, cluster = "", namespace = "", name = "", last, ...more] = decodedPath(url);
  const ref = parseRefPath([cluster, "core", "v1", "Service", namespace, name, ...more]);
  if (ref && ref.namespace !== null && last === "routing")
    return { service: { cluster, namespace, name }, host: host ?? null, port: port ?? null };
  throw new MeshscopeError(
    "not_found",
    "That is no service's address. It has the form {cluster}/{namespace}/{name}/routing.",
  );
}
