import { workloadAt } from "#lib/api/meaning.ts";
import { answer, json, security } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** What the objects make of one workload's security. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const asked = workloadAt(request.url);
    return json(JSON.stringify(await security(credential, asked, request.signal)));
  });
}
