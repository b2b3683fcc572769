import { accessRequestSchema } from "#lib/api/plans.ts";
import { access, answer, json, readBody } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** What the viewer may do: one verdict a question, in their order. */
export function POST(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const questions = await readBody(request, accessRequestSchema);
    return json(JSON.stringify(await access(credential, questions, request.signal)));
  });
}
