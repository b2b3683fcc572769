/** Answers that hold spans, read as they come: up to 256 MiB or 100,000 spans, and what is there of larger ones. */
import { BodyError, readBody, readParts } from "#lib/upstream/body.ts";
import type { Head } from "#lib/upstream/connection.ts";
import { MAX_SPANS } from "../collect.ts";
import { type Format, TraceReader } from "../decode.ts";
import { CutError } from "../json/cut.ts";
import type { Trace } from "../model.ts";
import type { Partial } from "../port.ts";
import { isHtml, MAX_REFUSAL } from "./asker.ts";
import { type Named, notThis, problem } from "./problem.ts";

/** Decoded bytes. */
const MAX_BYTES = 256 * 1024 * 1024;

export type Spans =
  | {
      readonly traces: readonly Trace[];
      readonly partial: Partial | null;
      readonly warnings: readonly string[];
      /** What the format has in place of an answer. */
      readonly error: unknown;
    }
  /** A status other than 200, with what came. */
  | { readonly status: number; readonly text: string; readonly html: boolean };

/** @throws MeshscopeError `not_tracing`, `upstream_bad`; what the body's stream throws */
export async function readSpans(
  head: Head,
  format: Format,
  named: Named,
  maxBytes: number = MAX_BYTES,
): Promise<Spans> {
  if (head.status !== 200) {
    const text = await readBody(head.body, head.encoding, MAX_REFUSAL).catch(() => "");
    return { status: head.status, text, html: isHtml(head) };
  }
  const reader = new TraceReader(format);
  try {
    const whole = await readParts(head.body, head.encoding, maxBytes, (text) => reader.write(text));
    const { traces, unread, beyond, error } = reader.finish(!whole);
    return { traces, partial: beyond ? tooMany() : null, warnings: skipped(unread), error };
  } catch (thrown) {
    if (thrown instanceof CutError) throw unreadable(thrown, head, named);
    if (!(thrown instanceof BodyError && thrown.problem === "too-large")) throw thrown;
    const { traces, unread } = reader.finish(true);
    return { traces, partial: tooBig(maxBytes), warnings: skipped(unread), error: undefined };
  }
}

function unreadable({ problem: why }: CutError, head: Head, named: Named): Error {
  if (why === "not-json")
    return notThis(named, isHtml(head) ? "a web page" : "an answer that isn't JSON, or breaks off,");
  const what = why === "too-deep" ? "is nested deeper than any span" : "holds a span of more than 16 MiB";
  return problem("upstream_bad", `The answer of ${named.product} "${named.name}" can't be read: it ${what}.`);
}

function tooMany(): Partial {
  return {
    reason: "spans",
    detail: `The answer has more than ${MAX_SPANS.toLocaleString("en-US")} spans. The first of them are shown; narrow the search for others.`,
  };
}

function tooBig(maxBytes: number): Partial {
  const size = `${Math.round(maxBytes / 1024 / 1024)} MiB`;
  return {
    reason: "bytes",
    detail: `The answer is larger than ${size}. What came up to there is shown; narrow the search for the rest.`,
  };
}

function skipped(unread: number): string[] {
  return unread === 0 ? [] : [`${unread} spans of the answer could not be read and are left out.`];
}
