import type { ErrorCode } from "#lib/errors.ts";
import { MeshscopeError } from "#lib/errors.ts";

/**
 * JSON of one of our own routes; what the server says of a failure (problem+json) comes back as a MeshscopeError.
 * The answer isn't checked again: it is our server's (docs/architecture.md, rule 3).
 * @throws MeshscopeError; `upstream_unreachable` when the console itself didn't answer.
 */
export async function getJson<Answer>(path: string, params: URLSearchParams, signal: AbortSignal): Promise<Answer> {
  const query = params.size > 0 ? `?${params}` : "";
  let response: Response;
  try {
    response = await fetch(`${path}${query}`, { signal, headers: { accept: "application/json" } });
  } catch (cause) {
    throw new MeshscopeError("upstream_unreachable", "The console's server does not answer. Retry in a moment.", {
      cause,
    });
  }
  if (response.ok) return (await response.json()) as Answer;
  const problem = (await response.json().catch(() => null)) as { code?: ErrorCode; detail?: string } | null;
  throw new MeshscopeError(
    problem?.code ?? "internal",
    problem?.detail ?? `The console's server answered ${response.status}. Its log has the cause.`,
  );
}
