/** GET /marks: what changed in a stretch of time, for the time axis. */
import { MeshscopeError } from "#lib/errors.ts";
import type { UnixSeconds } from "#lib/units.ts";
import { INSTANT_WORDS } from "./graph-query.ts";
import { parseInstant } from "./instant.ts";
import { objectRefSchema } from "./object-ref.ts";
import { limitParameter, nextParameter } from "./paging.ts";
import { listParameter, readQuery } from "./query.ts";
import { z } from "./zod.ts";

const MARK_KINDS = ["change", "policy", "deployment", "restart"] as const;
/** As far as the time axis goes. */
const MAX_RANGE = 31 * 86_400;
const instant = z.string().transform((text, context): UnixSeconds => {
  const at = parseInstant(text);
  if (at !== null) return at;
  context.issues.push({ code: "custom", message: INSTANT_WORDS, input: text });
  return z.NEVER;
});

export const marksQuerySchema = z.object({
  clusters: listParameter("cluster names").default([]),
  namespaces: listParameter("namespaces").default([]),
  start: instant.meta({ description: `From this instant on, ${INSTANT_WORDS}` }),
  end: instant.optional().meta({ description: `Before this instant, ${INSTANT_WORDS}; without it, now` }),
  limit: limitParameter(),
  next: nextParameter,
});

export type MarksQuery = z.output<typeof marksQuerySchema>;

/** @throws MeshscopeError `bad_parameter`, `bad_instant` */
export function parseMarksQuery(params: URLSearchParams): MarksQuery {
  const query = readQuery(marksQuerySchema, params);
  const { start, end } = query;
  if (end !== undefined && end <= start)
    throw new MeshscopeError("bad_instant", "Parameter 'end' must lie after 'start'.");
  if (end !== undefined && end - start > MAX_RANGE)
    throw new MeshscopeError("bad_instant", `From 'start' to 'end' may be ${MAX_RANGE / 86_400} days at most.`);
  return query;
}

export const markSchema = z
  .object({
    at: z.string().meta({ description: "RFC 3339, UTC" }),
    kind: z.enum(MARK_KINDS).meta({
      description:
        "change: of a policy, by this console; policy: of a policy, by others; deployment: a version of a workload rolled out; restart: a container started again",
    }),
    object: objectRefSchema,
    text: z.string(),
    who: z.string().exactOptional(),
    deleted: z.literal(true).exactOptional().meta({ description: "the object is no more" }),
  })
  .meta({ id: "Mark" });

export const knownSinceSchema = z
  .array(z.object({ kind: z.enum(MARK_KINDS), since: z.string().nullable(), text: z.string() }))
  .meta({ description: "since when each kind is known in full (null: not by an instant), and what is known before" });

export const marksSchema = z
  .object({
    items: z.array(markSchema).meta({ description: "newest first" }),
    next: z.string().exactOptional(),
    knownSince: knownSinceSchema,
  })
  .meta({ id: "Marks" });

export type Mark = z.infer<typeof markSchema>;
export type MarkKind = Mark["kind"];
export type MarksAnswer = z.infer<typeof marksSchema>;
