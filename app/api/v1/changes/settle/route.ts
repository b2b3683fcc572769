import { settleSchema } from "#lib/api/plans.ts";
import { answer, asking, json, readPlanBody, settleChanges } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** The plan that finishes a plan that was stopped half way, or takes it back. */
export function POST(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const asked = await readPlanBody(request, settleSchema);
    return json(JSON.stringify(await settleChanges(credential, asked, asking(request))));
  });
}
