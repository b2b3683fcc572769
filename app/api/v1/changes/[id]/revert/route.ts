import { revertRequestSchema } from "#lib/api/plans.ts";
import { answer, asking, json, readPlanBody, revertChange } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** The plan that takes one change back. */
export function POST(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    await readPlanBody(request, revertRequestSchema);
    const id = new URL(request.url).pathname.split("/").at(-2) ?? "";
    return json(JSON.stringify(await revertChange(credential, id, asking(request))));
  });
}
