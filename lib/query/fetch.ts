import type { ErrorCode } from "#lib/errors.ts";
import { MeshscopeError } from "#lib/errors.ts";
import { hearDate } from "./server-clock.ts";

/** Heard by whoever shows the sign-in dialog; its detail is the problem's text. */
export const SIGN_IN_NEEDED = "meshscope:sign-in-needed";

/** A problem of our server, with the members that only its kind has (a stale plan's fresh one, for example). */
export class ServerProblem extends MeshscopeError {
  readonly members: Readonly<Record<string, unknown>>;
  constructor(code: ErrorCode, detail: string, members: Readonly<Record<string, unknown>>, retryAfter?: number) {
    super(code, detail, retryAfter === undefined ? {} : { retryAfter });
    this.members = members;
  }
}

/**
 * JSON of one of our own routes; what the server says of a failure (problem+json) comes back as a MeshscopeError.
 * The answer isn't checked again: it is our server's (docs/architecture.md, rule 3).
 * @throws MeshscopeError; `upstream_unreachable` when the console itself didn't answer.
 */
export async function getJson<Answer>(path: string, params: URLSearchParams, signal: AbortSignal): Promise<Answer> {
  const query = params.size > 0 ? `?${params}` : "";
  return (await send(`${path}${query}`, { signal })) as Answer;
}

/** The same for a body that is sent. null: the server had nothing to say but that it is done. @throws MeshscopeError */
export async function postJson<Answer>(path: string, body: unknown, signal?: AbortSignal): Promise<Answer> {
  const headers = { "content-type": "application/json" };
  return (await send(path, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  })) as Answer;
}

/** @throws MeshscopeError */
export async function deleteJson(path: string): Promise<void> {
  await send(path, { method: "DELETE" });
}

/** fetch of one of our own routes: what time it is there is heard from whatever it answers. */
export async function fetchHeard(path: string, init: RequestInit): Promise<Response> {
  const sent = Date.now();
  const response = await fetch(path, init);
  hearDate(response.headers.get("date"), sent, Date.now());
  return response;
}

async function send(path: string, init: RequestInit): Promise<unknown> {
  let response: Response;
  try {
    response = await fetchHeard(path, { ...init, headers: { ...init.headers, accept: "application/json" } });
  } catch (cause) {
    throw new MeshscopeError("upstream_unreachable", "The console's server does not answer. Retry in a moment.", {
      cause,
    });
  }
  if (response.status === 204) return null;
  if (response.ok) return await response.json();
  const problem = (await response.json().catch(() => null)) as { code?: ErrorCode; detail?: string } | null;
  const detail = problem?.detail ?? `The console's server answered ${response.status}. Its log has the cause.`;
  // Guests are refused to write by another code; somebody who was signed in hears by it that they no longer are.
  if (response.status === 401 || problem?.code === "view_only") tellSignIn(path, detail);
  const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
  throw new ServerProblem(
    problem?.code ?? "internal",
    detail,
    { ...problem },
    Number.isFinite(retryAfter) ? retryAfter : undefined,
  );
}

/** Any request may be the one that finds the session over. The dialog's own says so in the dialog. */
export function tellSignIn(path: string, detail: string): void {
  if (path !== "/api/v1/session" && typeof window !== "undefined")
    window.dispatchEvent(new CustomEvent(SIGN_IN_NEEDED, { detail }));
}
