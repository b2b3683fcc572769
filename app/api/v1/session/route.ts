import { answer, json, session } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** Who the console takes the viewer for. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => json(JSON.stringify(session(credential))));
}
