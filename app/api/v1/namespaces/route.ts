import { parseNamespacesQuery } from "#lib/api/namespaces.ts";
import { answer, json, namespaces } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** The namespaces in view. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const query = parseNamespacesQuery(new URL(request.url).searchParams);
    return json(JSON.stringify(await namespaces(credential, query, request.signal)));
  });
}
