/** POST /meaning/impact/samples, with the body of POST /meaning/impact: what traces and access logs say of items that metrics can't decide. */
import { LOG_KEEPERS } from "#lib/policy/impact-samples.ts";
import { impactItemSchema } from "./impact.ts";
import { z } from "./zod.ts";

const counts = {
  requests: z.number().meta({ description: "of the pair, that were looked at: spans, or lines" }),
  hits: z.number().meta({ description: "to these it happens: at least these" }),
  open: z.number().meta({ description: "to these it may happen" }),
  lacks: z.array(z.string()).meta({ description: "what the sample doesn't tell of the open ones" }),
  examples: z
    .array(
      z.object({
        method: z.string().nullable(),
        path: z.string().nullable().meta({ description: "without its query; null: not told" }),
        host: z.string().nullable(),
        port: z.number().nullable().meta({ description: "of the server's pod" }),
        count: z.number(),
        trace: z.object({ id: z.string(), backend: z.string() }).nullable(),
      }),
    )
    .meta({ description: "of the hits, at most 5 kinds" }),
  more: z.number().meta({ description: "hits of further kinds" }),
};
const problems = z.array(z.string()).meta({ description: "why not all of it could be read" });

const traceSampleSchema = z.object({
  ...counts,
  by: z.enum(["server", "client"]).meta({
    description: "whose spans: client where no server wrote one of the pair, of calls of which the caller alone did",
  }),
  since: z.iso.datetime(),
  calls: z.number().meta({ description: "calls of the pair since then, by its rate" }),
  full: z.boolean().meta({ description: "there were more traces than were asked for: these are the newest" }),
  problems,
});

const logSampleSchema = z.object({
  ...counts,
  by: z.array(z.enum(LOG_KEEPERS)).meta({
    description:
      "whose logs: of the server’s sidecars, its nodes’ ztunnels, the gateway that calls, the waypoint between",
  }),
  since: z.string().nullable().meta({ description: "of the oldest line that was read" }),
  lines: z.number(),
  newest: z.boolean().meta({ description: "whether they are the newest of each pod: bytes are bounded, too" }),
  pods: z.object({ read: z.number(), all: z.number() }),
  unnamed: z.number().meta({ description: "calls by lines that name no caller, or no server, for sure" }),
  problems,
});

export const impactSamplesSchema = z
  .object({
    at: z.iso.datetime(),
    items: z
      .array(
        z.object({
          verdict: impactItemSchema.shape.verdict,
          source: z.string(),
          target: z.string(),
          protocol: impactItemSchema.shape.protocol,
          seen: impactItemSchema.shape.seen,
          traces: traceSampleSchema.nullable().meta({ description: "null: no trace would tell" }),
          logs: logSampleSchema.nullable().meta({ description: "null: no log would tell" }),
        }),
      )
      .meta({
        description:
          "of POST /meaning/impact, those that aren't certain and that samples can tell something of; one for all rules by which a pair has a verdict",
      }),
    left: z.number().meta({ description: "further ones: at most ten pairs are looked at, the worst first" }),
    notEvaluated: z.string().exactOptional(),
  })
  .meta({ id: "ImpactSamples" });
export type ImpactSamplesAnswer = z.infer<typeof impactSamplesSchema>;
