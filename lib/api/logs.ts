/** GET /logs: what one container wrote in a stretch of time. */
import { MeshscopeError } from "#lib/errors.ts";
import type { UnixSeconds } from "#lib/units.ts";
import { INSTANT_WORDS } from "./graph-query.ts";
import { parseInstant } from "./instant.ts";
import { choiceParameter, readQuery } from "./query.ts";
import { z } from "./zod.ts";

/** Lines in one answer. */
const MOST = 5000;
const STANDARD = 1000;
const LIMIT_WORDS = `a number from 1 to ${MOST}`;

const instant = z.string().transform((text, context): UnixSeconds => {
  const at = parseInstant(text);
  if (at !== null) return at;
  context.issues.push({ code: "custom", message: INSTANT_WORDS, input: text });
  return z.NEVER;
});
const name = (what: string) => z.string({ error: what }).min(1, { error: what }).max(253, { error: what });

export const logsQuerySchema = z.object({
  cluster: name("a cluster's name"),
  namespace: name("a namespace"),
  pod: name("a pod's name").optional(),
  workload: name("a workload's name")
    .optional()
    .meta({ description: "in place of a pod: one of the workload's, a ready one if there is" }),
  container: name("a container's name")
    .optional()
    .meta({ description: "Without it, the pod's default: the annotated one, or the first that is no proxy" }),
  previous: choiceParameter(["off", "on"]).meta({
    description: "on: the container's instance before the last restart",
  }),
  start: instant
    .optional()
    .meta({ description: `From this instant on, ${INSTANT_WORDS}; without it, 5 minutes before the end` }),
  end: instant.optional().meta({ description: `Before this instant, ${INSTANT_WORDS}; without it, now` }),
  limit: z
    .string()
    .regex(/^\d{1,4}$/, { error: LIMIT_WORDS })
    .transform(Number)
    .refine((n) => n >= 1 && n <= MOST, { error: LIMIT_WORDS })
    .default(STANDARD),
});

export type LogsQuery = z.output<typeof logsQuerySchema>;

/** @throws MeshscopeError `bad_parameter`, `bad_instant` */
export function parseLogsQuery(params: URLSearchParams): LogsQuery {
  const query = readQuery(logsQuerySchema, params);
  const { pod, workload, start, end } = query;
  if ((pod === undefined) === (workload === undefined))
    throw new MeshscopeError("bad_parameter", "Name either a 'pod' or a 'workload'.");
  if (start !== undefined && end !== undefined && end <= start)
    throw new MeshscopeError("bad_instant", "Parameter 'end' must lie after 'start'.");
  return query;
}

const at = z.string().nullable();

const containerSchema = z
  .object({
    name: z.string(),
    kind: z.enum(["program", "proxy", "init", "ephemeral"]),
    state: z.enum(["running", "waiting", "terminated", "unknown"]),
    startedAt: at,
    restarts: z.number(),
    previousEndedAt: at.meta({ description: "set where the log of the instance before can be asked for" }),
  })
  .meta({ id: "LogContainer" });

const lineSchema = z
  .object({
    at: at.meta({ description: "RFC 3339 with nanoseconds, by the node's clock; null: the line bears none" }),
    text: z.string().meta({ description: "terminal sequences taken out, invisible characters as U+FFFD" }),
    left: z.number().exactOptional().meta({ description: "bytes of the line that were left out" }),
  })
  .meta({ id: "LogLine" });

const missingSchema = z
  .object({
    code: z.enum([
      "lines",
      "bytes",
      "broken",
      "restarted",
      "began",
      "ended",
      "reach",
      "empty",
      "not_started",
      "no_previous",
    ]),
    detail: z.string(),
  })
  .meta({ id: "LogMissing" });

export const logsSchema = z
  .object({
    cluster: z.string(),
    namespace: z.string(),
    pod: z.string(),
    pods: z.array(z.string()).meta({ description: "of the same workload, by name; empty where that isn't known" }),
    container: z.string().meta({ description: "whose lines these are" }),
    previous: z.boolean(),
    containers: z.array(containerSchema),
    start: z.string(),
    end: z.string(),
    lines: z.array(lineSchema).meta({ description: "oldest first" }),
    readTo: z.string().meta({ description: "the window is read up to here; its end unless something cut it short" }),
    missing: z.array(missingSchema).meta({ description: "what of the window is not here, and why" }),
  })
  .meta({ id: "Logs" });

export type LogsAnswer = z.infer<typeof logsSchema>;
export type LogAnswerLine = LogsAnswer["lines"][number];
export type LogContainer = LogsAnswer["containers"][number];
export type LogMissing = LogsAnswer["missing"][number];
