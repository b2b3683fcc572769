import { parseRemindersQuery } from "#lib/api/reminders.ts";
import { answer, json, reminders } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** Faults and dry runs that are meant to end, and plans that were stopped half way. */
export function GET(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const query = parseRemindersQuery(new URL(request.url).searchParams);
    return json(JSON.stringify(await reminders(credential, query, request.signal)));
  });
}
