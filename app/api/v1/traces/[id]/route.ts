import { pathSegments } from "#lib/api/path.ts";
import { parseTraceQuery } from "#lib/api/traces-query.ts";
import { answer, jsonInParts, trace } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** One trace. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const { pathname, searchParams, origin } = new URL(request.url);
    const [id = ""] = pathSegments(`${origin}${pathname}`);
    return jsonInParts(await trace(credential, id, parseTraceQuery(searchParams), request.signal), request.signal);
  });
}
