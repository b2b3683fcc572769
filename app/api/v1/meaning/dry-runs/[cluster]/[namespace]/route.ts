import { dryRunsAt } from "#lib/api/dry-runs.ts";
import { answer, dryRuns, json } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** What policies on trial would have done with the calls of a namespace's workloads. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const asked = dryRunsAt(request.url);
    return json(JSON.stringify(await dryRuns(credential, asked, request.signal)));
  });
}
