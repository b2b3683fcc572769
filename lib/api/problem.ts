/** Errors on the wire: RFC 9457 problem details with a stable `code`. https://www.rfc-editor.org/rfc/rfc9457 */
import type { ErrorCode, Problem } from "#lib/errors.ts";
import { z } from "./zod.ts";

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number(),
    detail: z.string().meta({ description: "what failed and what to do next" }),
    code: z.string().meta({ description: "stable; what programs tell errors apart by" }),
    requestId: z.string().meta({ description: "the same id stands in the console's log" }),
    source: z.string().exactOptional(),
  })
  .meta({ id: "Problem" });

export type ProblemBody = z.infer<typeof problemSchema>;

/** Status and title of every code. */
const KINDS: Readonly<Record<ErrorCode, readonly [status: number, title: string]>> = {
  upstream_unreachable: [502, "An upstream can't be reached"],
  upstream_timeout: [504, "An upstream took too long"],
  upstream_unauthorised: [502, "An upstream refused the console's credential"],
  bad_query: [502, "An upstream refused a query"],
  too_many_samples: [502, "A query needs more samples than the upstream allows"],
  not_prometheus: [502, "The upstream isn't a Prometheus"],
  not_tracing: [502, "The upstream isn't the tracing backend it is configured as"],
  upstream_bad: [502, "An upstream's answer can't be read"],
  upstream_too_large: [502, "An upstream's answer is too large"],
  upstream_busy: [503, "An upstream is busy"],
  bad_request: [400, "Bad request"],
  bad_window: [400, "Not an accepted window"],
  bad_lens: [400, "Not a lens"],
  bad_instant: [400, "Not an accepted instant"],
  bad_parameter: [400, "Not an accepted parameter"],
  unknown_cluster: [404, "Unknown cluster"],
  not_found: [404, "Not found"],
  forbidden: [403, "Forbidden"],
  unauthorised: [401, "Sign in first"],
  csrf: [403, "Cross-site request refused"],
  view_only: [403, "View only"],
  too_many_streams: [503, "Too many open streams"],
  shutting_down: [503, "Shutting down"],
  rate_limited: [429, "Too many requests"],
  too_large: [413, "Content too large"],
  unsupported_media_type: [415, "Unsupported media type"],
  reauth: [401, "Sign in again"],
  bad_intent: [422, "The wish can't be carried out"],
  bad_manifest: [422, "The manifest can't be read"],
  unknown_kind: [422, "Unknown kind"],
  bad_plan: [400, "Not a plan of this console"],
  stale_plan: [409, "The plan is out of date"],
  plan_expired: [410, "The plan has expired"],
  not_acknowledged: [422, "Something has to be acknowledged first"],
  conflict: [409, "Somebody changed it in between"],
  already_exists: [409, "It exists already"],
  invalid_object: [422, "The API server refused the object"],
  admission_refused: [422, "Admission refused the object"],
  cancelled: [499, "Cancelled"],
  bad_config: [500, "Configuration error"],
  internal: [500, "Internal error"],
};

/** The body for a problem. `type` is a URN: problems are told apart by code, there is no page to fetch. */
export function problemBody(problem: Problem, requestId: string): ProblemBody {
  const [status, title] = KINDS[problem.code] ?? KINDS.internal;
  return {
    type: `urn:meshscope:problem:${problem.code}`,
    title,
    status,
    detail: problem.detail,
    code: problem.code,
    requestId,
  };
}
