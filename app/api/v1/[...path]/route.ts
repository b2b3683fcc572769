import { MeshscopeError } from "#lib/errors.ts";
import { answer } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** Every address below /api/v1 that nothing else answers: a problem as all others, not a page. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async () => {
    throw new MeshscopeError("not_found", "There is nothing at this address. docs/api.json lists what there is.");
  });
}

export const POST = GET;
export const DELETE = GET;
