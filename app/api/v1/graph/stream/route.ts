import { parseGraphQuery } from "#lib/api/graph-query.ts";
import { answer, eventStream, graphStream } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** The service graph of a view as it changes. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const view = parseGraphQuery(new URL(request.url).searchParams);
    return eventStream(await graphStream(credential, view, request.headers.get("last-event-id"), request.signal));
  });
}

/** What a stream would look like, without opening one: Next would run GET and never read what it opened. */
export function HEAD(request: Request): Promise<Response> {
  return answer(request, async () => {
    parseGraphQuery(new URL(request.url).searchParams);
    return eventStream(null);
  });
}
