import { egressRequestSchema } from "#lib/api/egress.ts";
import { answer, egress, json, readBody } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** Which hosts a Sidecar has to let clients know, by the calls that were seen; reads alone. */
export function POST(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const asked = await readBody(request, egressRequestSchema);
    return json(JSON.stringify(await egress(credential, asked, request.signal)));
  });
}
