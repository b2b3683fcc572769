import { revertSinceSchema } from "#lib/api/plans.ts";
import { answer, asking, json, readPlanBody, revertSince } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** The plan that takes back what the console did lately. */
export function POST(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const asked = await readPlanBody(request, revertSinceSchema);
    return json(JSON.stringify(await revertSince(credential, asked, asking(request))));
  });
}
