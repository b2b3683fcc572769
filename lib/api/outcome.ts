/** GET /changes/{id}/outcome: what the traffic did since a change, beside what was predicted of it. */
import { OUTCOMES } from "#lib/graph/model.ts";
import { impactItemSchema } from "./impact.ts";
import { objectRefSchema } from "./object-ref.ts";
import { z } from "./zod.ts";

const protocol = z.enum(["http", "grpc", "tcp"]);
const pair = {
  source: z.string().meta({ description: "node id, as in the graph" }),
  target: z.string(),
  protocol,
};
const share = z.number().meta({ description: "0…1; of copies and attempts a share of the calls, which may be more" });
const interval = z.object({ low: share, high: share });
const moved = { before: z.number(), since: z.number() };

const judgedSchema = z
  .object({
    item: impactItemSchema.omit({ why: true, closeWith: true, evidence: true }).meta({ id: "PredictedItem" }),
    judgement: z.enum(["as-predicted", "more", "less", "not-seen", "open", "unknown"]).meta({
      description: "not-seen: the pair hasn't called; open: the prediction was unknown; unknown: it can't be told",
    }),
    why: z.string(),
    expected: interval.nullable().meta({ description: "share of the pair's calls; null: none was predicted" }),
    measured: z
      .object({ share, low: share, high: share, calls: z.number() })
      .nullable()
      .meta({ description: "with a 99 % interval; null: nothing that can be compared" }),
  })
  .meta({ id: "JudgedItem" });

const pairOutcomeSchema = z
  .object({
    ...pair,
    before: z.number().nullable().meta({ description: "requests/s, for tcp connections/s; null: none seen" }),
    since: z.number().nullable(),
    calls: z.number().meta({ description: "that 'since' rests on" }),
    kind: z.enum(["as before", "new", "stopped", "few", "more", "less", "unmeasured"]),
    classes: z.array(z.object({ outcome: z.enum(OUTCOMES), ...moved })),
    codes: z.array(z.object({ code: z.string(), ...moved })),
    mtls: z.object(moved).nullable().meta({ description: "shares of mutual TLS; null: as before, or not measured" }),
    newborn: z.object({ atLeast: z.number(), firstSeen: z.iso.datetime() }).nullable(),
    alarms: z.array(
      z.object({
        kind: z.enum(["refused", "never-arrived", "server", "client", "stopped", "mtls-lost"]),
        ...moved,
      }),
    ),
  })
  .meta({ id: "PairOutcome" });

const changedSchema = z.object({
  object: objectRefSchema,
  who: z.string().nullable(),
  when: z.iso.datetime(),
  source: z.enum(["meshscope", "other"]),
});

export const outcomeSchema = z
  .object({
    cluster: z.string(),
    planId: z.string(),
    objects: z.array(
      z.object({ object: objectRefSchema, op: z.enum(["create", "update", "delete"]), changeId: z.string() }),
    ),
    began: z.iso.datetime().meta({ description: "when the first write was sent" }),
    finished: z.iso.datetime(),
    from: z.iso.datetime().meta({ description: "samples of the traffic since are of 'from' to 'to'" }),
    to: z.iso.datetime(),
    before: z
      .object({ from: z.iso.datetime(), to: z.iso.datetime() })
      .nullable()
      .meta({ description: "what it is compared with; null: nothing is known of it" }),
    ended: z.string().nullable().meta({ description: "why it isn't looked at any longer; null: it still is" }),
    state: z.enum(["told", "not-yet", "unknown"]),
    reason: z.string().nullable().meta({ description: "why nothing is told" }),
    prediction: z
      .object({
        at: z.iso.datetime(),
        window: z.string(),
        pairs: z.number(),
        left: z.number().meta({ description: "pairs that were shown and not kept" }),
        lost: z.number().meta({ description: "pairs that can't be opened: the key they were sealed with is gone" }),
        unseen: z.number().meta({ description: "pairs that whoever applied it could not see" }),
        gaps: z.array(z.string()),
        limited: z.boolean(),
      })
      .nullable(),
    notPredicted: z.string().nullable(),
    items: z.array(judgedSchema),
    pairs: z.array(pairOutcomeSchema).meta({ description: "worst first" }),
    morePairs: z.number(),
    shares: z.array(
      z.object({
        ...{ service: z.string(), target: z.string(), share, low: share, high: share },
        ...{ count: z.number(), total: z.number() },
      }),
    ),
    findings: z.array(
      z.object({
        kind: z.enum(["unforeseen", "more", "less"]),
        ours: z.boolean().meta({ description: "it speaks against the prediction" }),
        ...pair,
        text: z.string(),
        firstSeen: z.iso.datetime().nullable(),
      }),
    ),
    adverse: z.boolean().meta({ description: "something got worse since: undo is offered" }),
    others: z.array(changedSchema).meta({ description: "other changes since, the first ones" }),
    moreOthers: z.number(),
    limits: z.array(z.string()).meta({ description: "what telemetry could not tell" }),
  })
  .meta({ id: "ChangeOutcome" });
export type OutcomeAnswer = z.infer<typeof outcomeSchema>;
