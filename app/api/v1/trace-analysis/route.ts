import { parseTraceAnalysisQuery } from "#lib/api/traces-query.ts";
import { answer, eventStream, REQUEST_ID, traceAnalysis } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** Where the time of many traces goes: progress, then a result or a problem. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const query = parseTraceAnalysisQuery(new URL(request.url).searchParams);
    const requestId = request.headers.get(REQUEST_ID) ?? "none";
    return eventStream(await traceAnalysis(credential, query, requestId, request.signal));
  });
}

/** What a stream would look like, without opening one: Next would run GET and never read what it opened. */
export function HEAD(request: Request): Promise<Response> {
  return answer(request, async () => {
    parseTraceAnalysisQuery(new URL(request.url).searchParams);
    return eventStream(null);
  });
}
