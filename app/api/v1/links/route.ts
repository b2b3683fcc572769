import { answer, json, links } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** Other tools that show the same mesh. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => json(JSON.stringify(links(credential))));
}
