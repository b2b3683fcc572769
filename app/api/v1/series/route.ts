import { parseSeriesQuery } from "#lib/api/series.ts";
import { answer, json, series } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** Charts of one edge or node. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const query = parseSeriesQuery(new URL(request.url).searchParams);
    return json(JSON.stringify(await series(credential, query, request.signal)));
  });
}
