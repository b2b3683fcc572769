import { strictScopeAt } from "#lib/api/strict.ts";
import { answer, json, strict } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** What stands between PERMISSIVE and STRICT; reads alone. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const scope = strictScopeAt(request.url);
    return json(JSON.stringify(await strict(credential, scope, request.signal)));
  });
}
