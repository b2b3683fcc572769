import { objectAt } from "#lib/api/path.ts";
import { answer, json, policy } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** One object as it is now, read as the viewer. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const asked = objectAt(request.url);
    return json(JSON.stringify(await policy(credential, asked, request.signal)));
  });
}
