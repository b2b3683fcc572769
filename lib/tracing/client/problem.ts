/** What a failed question to a tracing backend means, in words an operator can act on. */
import { type ErrorCode, MeshscopeError } from "#lib/errors.ts";
import { BodyError } from "#lib/upstream/body.ts";
import { connectionCode, connectionWords, isExpected, quoted } from "#lib/upstream/failure.ts";
import { isObject } from "../json/shape.ts";

/** What names the backend, and what must not be told about it. */
export interface Named {
  readonly name: string;
  readonly product: "Jaeger" | "Zipkin" | "Tempo";
  readonly secrets: () => readonly string[];
}

/** An answer whose status means the same everywhere. `text`: its body, where it may say why. */
export function refused(status: number, retryAfter: number | undefined, text: string, named: Named): MeshscopeError {
  const { name, product } = named;
  if (status === 401 || status === 403) {
    return problem(
      "upstream_unauthorised",
      `${product} "${name}" refuses the configured credentials (HTTP ${status}). Check its basic, bearerTokenFile, headers or tls.`,
    );
  }
  if (status === 429 || status === 503) return busy(named, status === 429 ? (retryAfter ?? 1) : retryAfter);
  if (status === 504 || status === 408) return timeout(named, "a proxy before it gave up waiting");
  if (status === 502) {
    return problem(
      "upstream_unreachable",
      `${product} "${name}" can't be reached by the proxy before it. Check that it runs.`,
    );
  }
  if (status >= 300 && status < 400) {
    return problem(
      "not_tracing",
      `"${name}" answers with a redirect, which isn't followed (credentials would go along). Set its url to where the API is.`,
    );
  }
  if (status >= 500) {
    const said = messageOf(text, named);
    return problem(
      "upstream_bad",
      `${product} "${name}" failed with HTTP ${status}${said === "" ? ". Its log says why." : `: ${said}`}`,
    );
  }
  return notThis(named, `HTTP ${status}`);
}

/** It answers, but not as the API it is configured as. */
export function notThis({ name, product }: Named, what: string): MeshscopeError {
  return problem(
    "not_tracing",
    `"${name}" gives ${what} where ${product} would answer. Check that its url is that of ${product}'s query API, with its path prefix, and its kind.`,
  );
}

/** What kind of answer it is that isn't the one asked for. */
export function unlike({ status, html }: { readonly status: number; readonly html: boolean }): string {
  if (html) return "a web page";
  return status === 200 ? "an answer of another kind" : `HTTP ${status}`;
}

/** It has understood the question and won't answer it. */
export function badQuery(text: string, named: Named): MeshscopeError {
  const said = messageOf(text, named);
  return problem(
    "bad_query",
    `${named.product} "${named.name}" refuses the question${said === "" ? "." : `: ${said}`}`,
  );
}

/** What a body has to say: the message of an error in JSON, or plain text; nothing of a page. */
export function messageOf(text: string, { secrets }: Named): string {
  let said: unknown = text;
  try {
    const json: unknown = JSON.parse(text);
    const error = isObject(json)
      ? (json.error ?? json.message ?? (Array.isArray(json.errors) ? json.errors[0] : undefined))
      : undefined;
    said = isObject(error) ? (error.message ?? error.msg) : error;
  } catch {
    if (/^\s*</.test(text)) said = "";
  }
  return typeof said === "string" ? quoted(said, secrets()) : "";
}

/** What an error thrown by the connection, the body or a decoder means. Ours pass through. */
export function thrownProblem(thrown: unknown, named: Named): MeshscopeError {
  const { name, product } = named;
  if (isExpected(thrown)) return thrown;
  if (thrown instanceof BodyError) {
    return thrown.problem === "too-large"
      ? problem(
          "upstream_too_large",
          `The answer of ${product} "${name}" is larger than limits.upstreamBytes. Narrow the search or raise the limit.`,
        )
      : problem(
          "upstream_bad",
          `The answer of ${product} "${name}" is compressed in a way that can't be read.`,
          thrown,
        );
  }
  const code = connectionCode(thrown);
  if (code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT")
    return timeout(named, "it sent nothing in time");
  if (code === "UND_ERR_DESTROYED" || code === "UND_ERR_CLOSED") return problem("cancelled", `"${name}" is closed.`);
  if (code?.startsWith("HPE_") || code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH" || code === "UND_ERR_HEADERS_OVERFLOW")
    return problem("upstream_bad", `The answer of ${product} "${name}" breaks the rules of HTTP.`, thrown);
  return problem(
    "upstream_unreachable",
    `${product} "${name}" can't be reached: ${connectionWords(thrown)}. Check that it runs and that its url is right.`,
    thrown,
  );
}

export function timeout({ name, product }: Named, why: string): MeshscopeError {
  return problem(
    "upstream_timeout",
    `${product} "${name}" didn't answer in time: ${why}. Ask for a shorter range or fewer traces, or raise limits.upstreamTimeout.`,
  );
}

function busy({ name, product }: Named, retryAfter: number | undefined): MeshscopeError {
  const wait = retryAfter === undefined ? "" : ` It asks to wait ${retryAfter} s.`;
  return new MeshscopeError("upstream_busy", `${product} "${name}" is there but too busy to answer.${wait}`, {
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
}

export function problem(code: ErrorCode, detail: string, cause?: unknown): MeshscopeError {
  return new MeshscopeError(code, detail, { cause });
}
