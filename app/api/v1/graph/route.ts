import { parseGraphQuery } from "#lib/api/graph-query.ts";
import { answer, graph, json } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** The service graph of a view. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const view = parseGraphQuery(new URL(request.url).searchParams);
    return json((await graph(credential, view, request.signal)).body());
  });
}
