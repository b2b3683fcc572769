import { parseTracesQuery } from "#lib/api/traces-query.ts";
import { answer, json, traces } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** Traces that fit a search, of all backends. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const query = parseTracesQuery(new URL(request.url).searchParams);
    return json(JSON.stringify(await traces(credential, query, request.signal)));
  });
}
