import { parseTraceOperationsQuery } from "#lib/api/traces-query.ts";
import { answer, json, traceOperations } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** Operations of one service. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const query = parseTraceOperationsQuery(new URL(request.url).searchParams);
    return json(JSON.stringify(await traceOperations(credential, query, request.signal)));
  });
}
