import { impactRequestSchema } from "#lib/api/impact.ts";
import { answer, impactSamples, json, readBody } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** What traces and access logs say of a draft's impact, where metrics can't decide it; reads alone. */
export function POST(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const asked = await readBody(request, impactRequestSchema);
    return json(JSON.stringify(await impactSamples(credential, asked, request.signal)));
  });
}
