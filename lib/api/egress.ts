/** POST /meaning/egress: which hosts were called, and what a Sidecar that knows no others would save and break. */
import { objectRefSchema } from "./object-ref.ts";
import { z } from "./zod.ts";

const place = z.string().regex(/^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?|[.*~])$/);
const hostName = z.string().regex(/^(\*|(\*\.)?[a-z0-9_]([-a-z0-9_.]{0,251}[a-z0-9_])?)$/);

/** Entries of a Sidecar's egress: `bank/ledger.bank.svc.cluster.local`, `bank/*`, `./*`. */
export const egressHostsSchema = z
  .array(
    z.string().refine(
      (text) => {
        const [where, host, ...more] = text.split("/");
        return more.length === 0 && place.safeParse(where).success && hostName.safeParse(host).success;
      },
      { error: "an entry such as shop/reviews.shop.svc.cluster.local, shop/* or ./*" },
    ),
  )
  .max(1000)
  .refine((all) => new Set(all).size === all.length, { error: "each entry once" });

const name = z.string().min(1).max(253);
export const egressRequestSchema = z
  .strictObject({
    cluster: name,
    namespace: name,
    workload: name.exactOptional().meta({ description: "absent: all workloads of the namespace" }),
    hosts: egressHostsSchema
      .exactOptional()
      .meta({ description: "the entries whose saving and breaks are asked for; absent: the proposed ones" }),
  })
  .meta({ id: "EgressRequest" });
export type EgressRequest = z.output<typeof egressRequestSchema>;

const seenFields = {
  host: z.string(),
  clients: z.array(z.string()),
  seen: z.enum(["hour", "week"]).meta({ description: "week: within 7 days and not in the window" }),
  requests: z.number().nullable().meta({ description: "requests/s; null: none were seen" }),
  connections: z.number().nullable().meta({ description: "connections/s of tcp; never added to requests" }),
};
const knownSchema = z
  .object({
    hosts: z.number(),
    clusters: z.number().meta({ description: "one a host and port, one more a subset and port" }),
    endpoints: z.number().meta({ description: "ready pods behind Services, once for each port" }),
  })
  .nullable()
  .meta({ description: "of one proxy, counted from the inventory; null: not known, see blindSpots" });

export const egressSchema = z
  .object({
    cluster: z.string(),
    namespace: z.string(),
    workload: z.string().nullable(),
    labels: z.record(z.string(), z.string()).nullable(),
    object: objectRefSchema.nullable().meta({ description: "the Sidecar that would be changed; null: a new one" }),
    clients: z.array(
      z.object({
        name: z.string(),
        dataplane: z.enum(["sidecar", "ambient", "gateway", "waypoint", "none"]).nullable(),
        today: z
          .object({ level: z.enum(["workload", "namespace", "mesh"]), object: objectRefSchema.nullable() })
          .nullable()
          .meta({ description: "the Sidecar that counts now; its object is null where the viewer may not see it" }),
        spared: z.string().nullable().meta({ description: "why the planned one would not count for it" }),
      }),
    ),
    entries: z.array(
      z.object({
        entry: z.string(),
        kind: z.enum(["own", "root", "service", "outside", "route"]),
        proposed: z.boolean(),
        why: z.string(),
        seen: z.array(z.object(seenFields)),
        others: z.array(z.string()),
      }),
    ),
    outside: z.array(z.object({ ...seenFields, why: z.string() })),
    hosts: z.array(z.string()),
    savings: z.array(z.object({ clients: z.array(z.string()), pods: z.number(), now: knownSchema, then: knownSchema })),
    breaks: z.array(
      z.object({
        ...seenFields,
        fate: z.enum(["passthrough", "blackhole", "either", "unrouted"]),
        certain: z.boolean(),
        strict: z.boolean().nullable().meta({ description: "the server refuses plaintext" }),
        why: z.string(),
        lacks: z.array(z.string()),
      }),
    ),
    kept: z.number(),
    unseen: z.number().meta({ description: "pairs that the viewer may not see" }),
    blindSpots: z.array(z.string()),
    traffic: z
      .object({ at: z.iso.datetime(), window: z.string(), week: z.boolean(), limits: z.array(z.string()) })
      .nullable()
      .meta({ description: "null: no calls are known, see notEvaluated" }),
    notEvaluated: z.string().exactOptional(),
  })
  .meta({ id: "EgressProposal" });
export type EgressAnswer = z.infer<typeof egressSchema>;
