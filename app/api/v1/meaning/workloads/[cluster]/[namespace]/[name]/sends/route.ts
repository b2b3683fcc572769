import { sendsAt } from "#lib/api/sends.ts";
import { answer, json, sends } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** What one workload's proxies send to each host that it may call. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const asked = sendsAt(request.url);
    return json(JSON.stringify(await sends(credential, asked, request.signal)));
  });
}
