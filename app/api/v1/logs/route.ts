import { parseLogsQuery } from "#lib/api/logs.ts";
import { answer, json, logs } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** What one container wrote in a stretch of time. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const query = parseLogsQuery(new URL(request.url).searchParams);
    return json(JSON.stringify(await logs(credential, query, request.signal)));
  });
}
