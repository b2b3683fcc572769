import { kindAt } from "#lib/api/path.ts";
import { answer, json, schema } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** A kind's JSON Schema, by the cluster itself. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const asked = kindAt(request.url);
    return json(JSON.stringify(await schema(credential, asked, request.signal)));
  });
}
