import { clientRoutingAt } from "#lib/api/client-routing.ts";
import { answer, clientRouting, json } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** How each client in the cluster reaches one service. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const asked = clientRoutingAt(request.url);
    return json(JSON.stringify(await clientRouting(credential, asked, request.signal)));
  });
}
