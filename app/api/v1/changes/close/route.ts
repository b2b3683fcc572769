import { closeSchema } from "#lib/api/plans.ts";
import { answer, asking, closeChanges, json, readPlanBody } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** Marks the records of a plan that was stopped half way by what its objects are now. */
export function POST(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const asked = await readPlanBody(request, closeSchema);
    return json(JSON.stringify(await closeChanges(credential, asked, asking(request))));
  });
}
