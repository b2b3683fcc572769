import { impactRequestSchema } from "#lib/api/impact.ts";
import { answer, impact, json, readBody } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** What a draft would do to calls that were seen; reads alone. */
export function POST(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const asked = await readBody(request, impactRequestSchema);
    return json(JSON.stringify(await impact(credential, asked, request.signal)));
  });
}
