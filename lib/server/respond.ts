/** The last step of every route: an answer or a problem, with the headers that all of them share. */
import { problemBody } from "#lib/api/problem.ts";
import { problemOf } from "#lib/errors.ts";
import { type Credential, credentialOf } from "./identity.ts";
import type { Log } from "./runtime.ts";

/** Set by our own HTTP server, which drops what a client sends under this name. */
export const REQUEST_ID = "x-request-id";

/** Answers are one viewer's, of one moment: nothing on the way may keep them. */
const PRIVATE = { "cache-control": "no-store", vary: "Cookie" } as const;

/** A JSON text, already written. */
export function json(body: string): Response {
  return new Response(body, { headers: { "content-type": "application/json; charset=utf-8" } });
}

/** An event stream that no proxy may hold back, squeeze or keep. */
export function eventStream(body: ReadableStream<Uint8Array> | null): Response {
  const headers = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
  };
  return new Response(body, { headers });
}

/** Runs a route's work with the credential of its request; whatever is thrown becomes problem+json. */
export async function answerWith(
  request: Request,
  log: () => Log,
  work: (credential: Credential) => Promise<Response>,
): Promise<Response> {
  try {
    const response = await work(credentialOf(request));
    for (const [name, value] of Object.entries(PRIVATE))
      if (!response.headers.has(name)) response.headers.set(name, value);
    return response;
  } catch (thrown) {
    return problemResponse(request, thrown, log);
  }
}

function problemResponse(request: Request, thrown: unknown, log: () => Log): Response {
  const requestId = request.headers.get(REQUEST_ID) ?? "none";
  const problem = request.signal.aborted
    ? { code: "cancelled" as const, detail: "The client left." }
    : problemOf(thrown);
  if (problem.code === "internal") log().error({ requestId, err: thrown }, "a defect");
  const body = problemBody(problem, requestId);
  const retryAfter =
    typeof thrown === "object" && thrown !== null && "retryAfter" in thrown ? thrown.retryAfter : undefined;
  const headers = new Headers({ ...PRIVATE, "content-type": "application/problem+json; charset=utf-8" });
  if (typeof retryAfter === "number") headers.set("retry-after", String(Math.ceil(retryAfter)));
  return new Response(JSON.stringify(body), { status: body.status, headers });
}
