import { parseTraceNamesQuery } from "#lib/api/traces-query.ts";
import { answer, json, traceServices } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** Services that spans name. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const { backends } = parseTraceNamesQuery(new URL(request.url).searchParams);
    return json(JSON.stringify(await traceServices(credential, backends, request.signal)));
  });
}
