/** GET /effect/{object path}?since=: how far a change has spread to the proxies. */

import { MeshscopeError } from "#lib/errors.ts";
import type { UnixSeconds } from "#lib/units.ts";
import { parseInstant } from "./instant.ts";
import { readQuery } from "./query.ts";
import { z } from "./zod.ts";

export const effectQuerySchema = z.object({
  since: z
    .string({ error: "RFC 3339 or unix seconds" })
    .meta({ description: "when the change was made: RFC 3339 or unix seconds" }),
});

/** @throws MeshscopeError `bad_parameter`, `bad_instant` */
export function parseEffectQuery(params: URLSearchParams): UnixSeconds {
  const { since } = readQuery(effectQuerySchema, params);
  const at = parseInstant(since);
  if (at === null) throw new MeshscopeError("bad_instant", "Parameter 'since' is RFC 3339 or unix seconds.");
  return at;
}

const count = z.number().nullable().meta({ description: "null: unknown" });

export const effectSchema = z
  .object({
    state: z.enum(["unknown", "quiet", "perhaps", "pending", "in-effect", "rejected"]).meta({
      description:
        "quiet: istiod has sent nothing since that carries it; perhaps: nothing but endpoints, or what ztunnels know of workloads and Services, which go out with every pod; pending: sent, not yet acknowledged; in-effect: all it was sent to have it",
    }),
    reason: z.string().nullable().meta({ description: "why it is unknown" }),
    proxies: count,
    perhaps: z.number().nullable().meta({
      description:
        "those that were sent nothing but endpoints, or workloads and Services since, where they may carry the object; null: unknown",
    }),
    sent: count,
    acknowledged: count,
    rejected: z.array(z.object({ proxy: z.string(), error: z.string() })),
    rejectedCount: z.number(),
  })
  .meta({ id: "Effect" });
export type EffectAnswer = z.infer<typeof effectSchema>;
