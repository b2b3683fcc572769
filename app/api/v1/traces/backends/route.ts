import { pathSegments } from "#lib/api/path.ts";
import { answer, json, traceBackends } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** Tracing backends, with what each can be asked. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    pathSegments(request.url);
    return json(JSON.stringify(await traceBackends(credential, request.signal)));
  });
}
