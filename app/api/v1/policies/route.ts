import { parsePoliciesQuery } from "#lib/api/policies.ts";
import { answer, json, policies } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** Policy objects that the viewer may list. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const asked = parsePoliciesQuery(new URL(request.url).searchParams);
    return json(JSON.stringify(await policies(credential, asked, request.signal)));
  });
}
