import { parseFramesQuery } from "#lib/api/graph-frames.ts";
import { answer, graphFrames, json } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** All frames of a span of the past, for a replay. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const query = parseFramesQuery(new URL(request.url).searchParams);
    return json(await graphFrames(credential, query, request.signal));
  });
}
