import { answer, changeOutcome, json } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** What the traffic did since a change, beside what was predicted of it. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const id = new URL(request.url).pathname.split("/").at(-2) ?? "";
    return json(JSON.stringify(await changeOutcome(credential, id, request.signal)));
  });
}
