/**
 * The one error union. Everything that can be expected to go wrong has a stable `code`; code tells errors apart, never
 * `instanceof` (route bundles repeat modules) and never a message's text.
 */

/** Why an upstream (Prometheus, Kubernetes, a tracing backend) gave no usable answer. */
export type UpstreamCode =
  /** No connection: refused, DNS, TLS, reset. Retrying may help. */
  | "upstream_unreachable"
  /** The time budget ran out before the whole answer was there. */
  | "upstream_timeout"
  /** 401 or 403: the configured credential is refused; retrying won't help. */
  | "upstream_unauthorised"
  /** The upstream understood and refused the query itself (Prometheus `bad_data`, `execution`). */
  | "bad_query"
  /** Prometheus's own limit on samples (`query.max-samples`): ask for less. */
  | "too_many_samples"
  /** It answers, but not as the API it was configured as (HTML, 404, another JSON). */
  | "not_prometheus"
  | "not_tracing"
  | "upstream_bad"
  /** More decoded bytes than limits.upstreamBytes. */
  | "upstream_too_large"
  /** 429 or 503: it is there and asks for patience. */
  | "upstream_busy";

/** What a caller of our own API did or ran into. */
export type RequestCode =
  | "bad_request"
  | "bad_window"
  | "bad_lens"
  | "bad_instant"
  | "bad_parameter"
  | "unknown_cluster"
  | "not_found"
  | "forbidden"
  | "unauthorised"
  | "csrf"
  | "view_only"
  | "too_many_streams"
  | "shutting_down"
  /** More of something than a request or a person may have at once: `retryAfter` says when to try again. */
  | "rate_limited"
  | "too_large"
  | "unsupported_media_type"
  /** The session's credential is no longer accepted by the cluster: sign in again, nothing typed is lost. */
  | "reauth";

/** What can become of a wish to change something. */
export type WriteCode =
  /** The body names no intent or manifest that could be understood; nothing was asked of any cluster. */
  | "bad_intent"
  | "bad_manifest"
  | "unknown_kind"
  /** Forged, somebody else's, or for another console's key. */
  | "bad_plan"
  /** An object differs from what was shown; comes with the fresh plan. */
  | "stale_plan"
  | "plan_expired"
  /** `acknowledged` lacks what the plan `needs`. */
  | "not_acknowledged"
  /** 409: somebody was faster. */
  | "conflict"
  | "already_exists"
  /** 422 of the API server; the detail lists the fields. */
  | "invalid_object"
  /** A webhook or admission plugin said no; the detail has its words. */
  | "admission_refused";

export type ErrorCode =
  | UpstreamCode
  | RequestCode
  | WriteCode
  /** The caller left, or a deadline of ours cut the work. Nobody reads its text. */
  | "cancelled"
  /** Configuration is wrong; the process doesn't start, or keeps the last good one. */
  | "bad_config"
  /** A defect of ours. */
  | "internal";

/** The part of an error that a user may read: `detail` says what failed and what to do next, without secrets. */
export interface Problem {
  readonly code: ErrorCode;
  readonly detail: string;
}

/** An expected failure. `message` equals `problem.detail`; `cause` keeps what was caught. */
export class MeshscopeError extends Error {
  readonly problem: Problem;
  /** Seconds to wait before another try makes sense, where known. */
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, detail: string, options: { cause?: unknown; retryAfter?: number } = {}) {
    super(detail, { cause: options.cause });
    this.name = "MeshscopeError";
    this.problem = { code, detail };
    this.retryAfter = options.retryAfter;
  }
}

/** The problem an unknown thrown value stands for; what isn't one of ours is `internal`, with a fixed wording. */
export function problemOf(thrown: unknown): Problem {
  if (typeof thrown === "object" && thrown !== null && "problem" in thrown) {
    const { problem } = thrown;
    if (typeof problem === "object" && problem !== null && "code" in problem && "detail" in problem) {
      return problem as Problem;
    }
  }
  return { code: "internal", detail: "Something failed inside the console. Its log has the request id and the cause." };
}
