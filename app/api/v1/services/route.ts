import { parseServicesQuery } from "#lib/api/policies.ts";
import { answer, json, services } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** Services in view, and the objects that route them. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const asked = parseServicesQuery(new URL(request.url).searchParams);
    return json(JSON.stringify(await services(credential, asked, request.signal)));
  });
}
