import { placeAt } from "#lib/api/proposal.ts";
import { answer, json, proposal } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** Who was seen calling a namespace's workloads, as policies that let exactly these in. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const asked = placeAt(request.url);
    return json(JSON.stringify(await proposal(credential, asked, request.signal)));
  });
}
