/** Evidence that somebody has to switch on, wherever it is offered. */
import { findingSchema } from "./findings.ts";
import { objectRefSchema } from "./object-ref.ts";
import { z } from "./zod.ts";

export const evidenceOfferSchema = z
  .object({
    what: z.enum(["access logs", "labels", "traces"]),
    at: z.string().nullable().meta({
      description:
        "the waypoint before the workload that has to be told, as namespace/name; null: its own proxy, or its ztunnels",
    }),
    text: z.string(),
    object: objectRefSchema.nullable().meta({ description: "that the plan makes or changes; null: advice alone" }),
    fix: findingSchema.shape.fix,
  })
  .meta({ id: "EvidenceOffer" });
export type WireEvidenceOffer = z.infer<typeof evidenceOfferSchema>;
