import { parseFindingsQuery } from "#lib/api/findings.ts";
import { answer, findings, json } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** What is wrong, or likely not meant, in the objects that the viewer may see. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const asked = parseFindingsQuery(new URL(request.url).searchParams);
    return json(JSON.stringify(await findings(credential, asked, request.signal)));
  });
}
