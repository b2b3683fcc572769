import { logCallersAt } from "#lib/api/log-callers.ts";
import { answer, json, logCallers } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** Who called a workload without mutual TLS, by its proxies' access logs. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const asked = logCallersAt(request.url);
    return json(JSON.stringify(await logCallers(credential, asked, request.signal)));
  });
}
