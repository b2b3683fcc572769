import { ready } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** Whether to send traffic here, with the state of each dependency: by kind and index, without names. */
export function GET(): Response {
  const state = ready();
  return Response.json(state, { status: state.ready ? 200 : 503, headers: { "cache-control": "no-store" } });
}
