import { answer, asking, json, plan, readPlanRequest } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** What would be written for an intent or for whole objects. Writes nothing. */
export function POST(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const wish = await readPlanRequest(request);
    return json(JSON.stringify(await plan(credential, wish, asking(request))));
  });
}
