/** What a failed request means. Every code that the page tells apart is decided here. */
import { MeshscopeError } from "#lib/errors.ts";
import { BodyError } from "#lib/upstream/body.ts";
import { connectionCode, connectionWords, isExpected, quoted } from "#lib/upstream/failure.ts";
import { envelope, type Success } from "./decode.ts";

/** What names the source, and what must not be told about it. */
export interface Source {
  readonly name: string;
  readonly secrets: readonly string[];
}

/** An answer as it came: status, the few headers that matter, text. */
export interface Answer {
  readonly status: number;
  readonly retryAfter: number | undefined;
  readonly text: string;
}

/**
 * The success that an answer holds.
 * @throws MeshscopeError with the code for what it is instead
 */
export function successOf(answer: Answer, source: Source): Success {
  const content = envelope(parse(answer.text));
  if (content && "error" in content) throw refusal(content.errorType, content.error, answer, source);
  if (answer.status === 200 && content) return content;
  throw withoutEnvelope(answer, source);
}

/** Of https://prometheus.io/docs/prometheus/latest/querying/api/#format-overview: the error types in an envelope. */
function refusal(type: string, error: string, answer: Answer, { name, secrets }: Source): MeshscopeError {
  const said = quoted(error, secrets);
  if (answer.status === 401 || answer.status === 403) return unauthorised(name, answer.status);
  if (answer.status === 429) return busy(name, answer);
  if (/too many samples|max-samples|err-mimir-max-chunks|the query hit the (max|aggregated)/i.test(error)) {
    return problem(
      "too_many_samples",
      `Prometheus "${name}" refuses to load as many samples as this needs. Ask for a shorter window, or raise its query.max-samples.`,
    );
  }
  switch (type) {
    case "bad_data":
    case "execution":
      return problem("bad_query", `Prometheus "${name}" refuses the query: ${said}`);
    case "timeout":
      return timeout(name, "it gave up on the query itself");
    case "canceled":
    case "unavailable":
      return busy(name, answer);
    default:
      if (answer.status === 400 || answer.status === 422) {
        return problem("bad_query", `Prometheus "${name}" refuses the query: ${said}`);
      }
      if (answer.status === 503) return busy(name, answer);
      return problem("upstream_bad", `Prometheus "${name}" failed to answer: ${said}`);
  }
}

function withoutEnvelope(answer: Answer, { name }: Source): MeshscopeError {
  const { status } = answer;
  if (status === 401 || status === 403) return unauthorised(name, status);
  if (status === 429 || status === 503) return busy(name, answer);
  if (status === 504 || status === 408) return timeout(name, "a proxy before it gave up waiting");
  if (status === 502) {
    return problem(
      "upstream_unreachable",
      `Prometheus "${name}" can't be reached by the proxy before it. Check that it runs.`,
    );
  }
  if (status >= 300 && status < 400) {
    return problem(
      "not_prometheus",
      `"${name}" answers with a redirect, which isn't followed (credentials would go along). Set its url to where the API is.`,
    );
  }
  if (status === 413 || status === 414) {
    return problem("bad_query", `"${name}", or a proxy before it, refuses a query as long as this one.`);
  }
  if (status >= 500)
    return problem("upstream_bad", `Prometheus "${name}" failed with HTTP ${status}. Its log says why.`);
  const what = status === 200 ? "an answer that isn't Prometheus's" : `HTTP ${status}`;
  return problem(
    "not_prometheus",
    `"${name}" gives ${what}. Check that its url is that of a Prometheus API, with its path prefix and without /api/v1.`,
  );
}

/** What an error thrown by the connection, the body or a decoder means. Ours pass through, named where they aren't yet. */
export function thrownProblem(thrown: unknown, { name }: Source): MeshscopeError {
  if (isExpected(thrown)) return thrown;
  if (thrown instanceof BodyError && thrown.problem === "too-large") {
    return problem(
      "upstream_too_large",
      `The answer of "${name}" is larger than limits.upstreamBytes. Narrow the scope or raise the limit.`,
    );
  }
  if (thrown instanceof BodyError) {
    return problem("upstream_bad", `The answer of "${name}" is compressed in a way that can't be read.`, thrown);
  }
  const code = connectionCode(thrown);
  if (code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT")
    return timeout(name, "it sent nothing in time");
  if (code === "UND_ERR_DESTROYED" || code === "UND_ERR_CLOSED") return problem("cancelled", `"${name}" is closed.`);
  if (
    code?.startsWith("HPE_") ||
    code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH" ||
    code === "UND_ERR_HEADERS_OVERFLOW"
  ) {
    return problem("upstream_bad", `The answer of "${name}" breaks the rules of HTTP.`, thrown);
  }
  return problem(
    "upstream_unreachable",
    `Prometheus "${name}" can't be reached: ${connectionWords(thrown)}. Check that it runs and that its url is right.`,
    thrown,
  );
}

/** The time budget ran out. */
export function timeout(name: string, why: string): MeshscopeError {
  return problem(
    "upstream_timeout",
    `Prometheus "${name}" didn't answer in time: ${why}. Ask for a shorter window, or raise limits.upstreamTimeout.`,
  );
}

function unauthorised(name: string, status: number): MeshscopeError {
  return problem(
    "upstream_unauthorised",
    `Prometheus "${name}" refuses the configured credentials (HTTP ${status}). Check its basic, bearerTokenFile, headers or tls.`,
  );
}

/** A 429 that names no time means "not at once": it is given a second, which also keeps it from being retried. */
function busy(name: string, { status, retryAfter = status === 429 ? 1 : undefined }: Answer): MeshscopeError {
  const wait = retryAfter === undefined ? "" : ` It asks to wait ${retryAfter} s.`;
  return new MeshscopeError("upstream_busy", `Prometheus "${name}" is there but too busy to answer.${wait}`, {
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
}

function problem(code: MeshscopeError["problem"]["code"], detail: string, cause?: unknown): MeshscopeError {
  return new MeshscopeError(code, detail, { cause });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
