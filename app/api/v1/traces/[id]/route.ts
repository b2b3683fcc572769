import { pathSegments } from "#lib/api/path.ts";
import { parseTraceQuery } from "#lib/api/traces-query.ts";
import { answer, json, trace } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** One trace. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const { pathname, searchParams, origin } = new URL(request.url);
    const [id = ""] = pathSegments(`${origin}${pathname}`);
    return json(JSON.stringify(await trace(credential, id, parseTraceQuery(searchParams), request.signal)));
  });
}
