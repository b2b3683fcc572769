/** POST /meaning/simulate: whether one request would pass. Absent facts are unknown, and never guessed. */
import { sourceSchema } from "./meaning.ts";
import { silentSchema } from "./silent.ts";
import { z } from "./zod.ts";

const name = z.string().min(1).max(253);
const text = z.string().max(4096);
const texts = z.array(text).max(50);
const few = <T extends z.ZodType>(value: T) =>
  z.record(z.string().min(1).max(256), value).refine((all) => Object.keys(all).length <= 50, { error: "at most 50" });

export const simulationRequestSchema = z
  .strictObject({
    cluster: name,
    client: z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("workload"), namespace: name, name }),
      z.strictObject({ kind: z.literal("account"), namespace: name, account: name }),
      z.strictObject({ kind: z.literal("outside"), ip: z.union([z.ipv4(), z.ipv6()]).exactOptional() }),
    ]),
    service: z
      .strictObject({ namespace: name, name, host: name.exactOptional(), pod: z.literal(true).exactOptional() })
      .refine(({ host, pod }) => host === undefined || pod === undefined, { error: "host or pod, not both" })
      .meta({
        description:
          "host: one of the ServiceEntry of that name, as it has it; pod: a pod of the workload of that name, by its own address; neither: a Service",
      }),
    port: z.int().min(1).max(65_535).meta({ description: "of the service, or of the pod" }),
    method: z.string().max(32).exactOptional(),
    path: text.exactOptional().meta({ description: "with its query" }),
    host: z.string().max(512).exactOptional(),
    sni: z
      .string()
      .max(255)
      .exactOptional()
      .meta({ description: "server name that the client itself asks for by TLS; empty: none" }),
    headers: few(text).exactOptional(),
    token: z
      .union([
        z.literal("none"),
        z.strictObject({
          valid: z.boolean(),
          place: z
            .strictObject({
              kind: z.enum(["header", "param", "cookie"]),
              name: text,
              before: text
                .exactOptional()
                .meta({ description: "what the header’s value has before it, `Bearer ` for one" }),
            })
            .exactOptional()
            .meta({ description: "where it is carried; absent: where the rule for its issuer looks for it" }),
          issuer: text.exactOptional(),
          subject: text.exactOptional(),
          audiences: texts.exactOptional(),
          claims: few(texts).exactOptional(),
        }),
      ])
      .exactOptional()
      .meta({ description: "the JWT that it carries" }),
    autoMtls: z.boolean().exactOptional().meta({
      description:
        "enableAutoMtls of the mesh, to ask what if; absent: as the mesh's settings have it, where the viewer may get them",
    }),
  })
  .meta({ id: "SimulationRequest" });
export type SimulationRequest = z.output<typeof simulationRequestSchema>;

const verdictSchema = z.enum(["yes", "no", "unknown"]);
const lacksSchema = z.array(z.string()).meta({ description: "what it takes to decide, by name" });
export const simulationSchema = z
  .object({
    verdict: verdictSchema,
    steps: z.array(
      z.object({
        kind: z.enum(["route", "mtls", "authorization"]),
        title: z.string(),
        verdict: verdictSchema,
        text: z.string(),
        sources: z.array(sourceSchema),
        lacks: lacksSchema,
      }),
    ),
    lacks: lacksSchema,
    asOf: z.iso.datetime().nullable().meta({ description: "of the objects; null: not all read yet" }),
    silentSince: silentSchema,
  })
  .meta({ id: "Simulation" });
export type SimulationAnswer = z.infer<typeof simulationSchema>;
