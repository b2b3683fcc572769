import { parseChangesQuery } from "#lib/api/plans.ts";
import { answer, changes, json } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** Changes of policies in view, newest first. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const query = parseChangesQuery(new URL(request.url).searchParams);
    return json(JSON.stringify(await changes(credential, query, request.signal)));
  });
}
