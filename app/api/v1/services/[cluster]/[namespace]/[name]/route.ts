import { serviceAt } from "#lib/api/path.ts";
import { answer, json, service } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** How calls of one service are routed. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const asked = serviceAt(request.url);
    return json(JSON.stringify(await service(credential, asked, request.signal)));
  });
}
