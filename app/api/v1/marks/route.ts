import { parseMarksQuery } from "#lib/api/marks.ts";
import { answer, json, marks } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** What changed in a stretch of time. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const query = parseMarksQuery(new URL(request.url).searchParams);
    return json(JSON.stringify(await marks(credential, query, request.signal)));
  });
}
