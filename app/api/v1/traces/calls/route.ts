import { parseTraceCallsQuery } from "#lib/api/traces-query.ts";
import { answer, json, traceCalls } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** Calls of one edge or node, as traces have them: the dots of its latency chart. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const query = parseTraceCallsQuery(new URL(request.url).searchParams);
    return json(JSON.stringify(await traceCalls(credential, query, request.signal)));
  });
}
