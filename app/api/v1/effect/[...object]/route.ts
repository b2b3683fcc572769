import { parseEffectQuery } from "#lib/api/effect.ts";
import { objectAt } from "#lib/api/path.ts";
import { answer, effect, json } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** How far a change of an object has spread to the proxies. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const { origin, pathname, searchParams } = new URL(request.url);
    const object = objectAt(`${origin}${pathname}`);
    return json(JSON.stringify(await effect(credential, object, parseEffectQuery(searchParams), request.signal)));
  });
}
