import { applyRequestSchema } from "#lib/api/plans.ts";
import { answer, applyPlan, asking, json, readPlanBody } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** Writes a plan that was shown, with the viewer's own rights. */
export function POST(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const asked = await readPlanBody(request, applyRequestSchema);
    return json(JSON.stringify(await applyPlan(credential, asked, asking(request))));
  });
}
