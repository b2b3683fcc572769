/** The last step of every route: an answer or a problem, with the headers that all of them share. */
import { problemBody } from "#lib/api/problem.ts";
import { MeshscopeError, problemOf } from "#lib/errors.ts";
import { systemTimers } from "./clock.ts";
import type { Credential } from "./identity.ts";
import { jsonParts } from "./json-parts.ts";
import type { Runtime } from "./runtime-port.ts";
import { slowly } from "./slowly.ts";

/** Set by our own HTTP server, which drops what a client sends under these names. */
export const REQUEST_ID = "x-request-id";
export const CLIENT_ADDRESS = "x-meshscope-address";

/** Answers are one viewer's, of one moment: nothing on the way may keep them. */
const PRIVATE = { "cache-control": "no-store", vary: "Cookie" } as const;

const SIGN_IN = "Sign in first: this console shows nothing to guests.";

/** A JSON text, already written. */
export function json(body: string): Response {
  return new Response(body, { headers: { "content-type": "application/json; charset=utf-8" } });
}

/** Characters sent at a time. */
const CHUNK = 64 * 1024;

/** A large answer as JSON, written and sent part by part, so that nobody else waits for it. @throws the signal's reason */
export async function jsonInParts(value: unknown, signal: AbortSignal): Promise<Response> {
  const parts = await slowly(jsonParts(value), systemTimers, signal);
  const encoder = new TextEncoder();
  let next = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      let text = "";
      for (; text.length < CHUNK && next < parts.length; next++) text += parts[next];
      if (text === "") controller.close();
      else controller.enqueue(encoder.encode(text));
    },
  });
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

/**
 * Runs a route's work with the credential of its request; whatever is thrown becomes problem+json. Who is nobody gets 401
 * before any work is done.
 */
export function answerWith(
  request: Request,
  runtime: () => Runtime,
  work: (credential: Credential) => Promise<Response>,
): Promise<Response> {
  return answerAnyoneWith(request, runtime, (credential) => {
    if (credential === null) throw new MeshscopeError("unauthorised", SIGN_IN);
    return work(credential);
  });
}

/** The same for what also nobody may ask: null. */
export async function answerAnyoneWith(
  request: Request,
  runtime: () => Runtime,
  work: (credential: Credential | null) => Promise<Response>,
): Promise<Response> {
  let setCookies: readonly string[] = [];
  let response: Response;
  try {
    const admitted = await runtime().admit(request.headers.get("cookie"));
    setCookies = admitted.setCookies;
    response = await work(admitted.credential);
    for (const [name, value] of Object.entries(PRIVATE))
      if (!response.headers.has(name)) response.headers.set(name, value);
  } catch (thrown) {
    response = problemResponse(request, thrown, runtime);
  }
  // What a route sets itself (signing in or out) is newer than what the request came with.
  if (!response.headers.has("set-cookie"))
    for (const cookie of setCookies) response.headers.append("set-cookie", cookie);
  return response;
}

function problemResponse(request: Request, thrown: unknown, runtime: () => Runtime): Response {
  const requestId = request.headers.get(REQUEST_ID) ?? "none";
  const problem = request.signal.aborted
    ? { code: "cancelled" as const, detail: "The client left." }
    : problemOf(thrown);
  if (problem.code === "internal") runtime().log.error({ requestId, err: thrown }, "a defect");
  const body = problemBody(problem, requestId);
  const retryAfter =
    typeof thrown === "object" && thrown !== null && "retryAfter" in thrown ? thrown.retryAfter : undefined;
  const headers = new Headers({ ...PRIVATE, "content-type": "application/problem+json; charset=utf-8" });
  if (typeof retryAfter === "number") headers.set("retry-after", String(Math.ceil(retryAfter)));
  const members = typeof thrown === "object" && thrown !== null && "members" in thrown ? thrown.members : undefined;
  return new Response(JSON.stringify({ ...(members as object | undefined), ...body }), {
    status: body.status,
    headers,
  });
}
