import { simulationRequestSchema } from "#lib/api/simulation.ts";
import { answer, json, readBody, simulation } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** Whether one request would pass; reads alone. */
export function POST(request: Request): Promise<Response> {
  return answer(request, async (credential) => {
    const asked = await readBody(request, simulationRequestSchema);
    return json(JSON.stringify(await simulation(credential, asked, request.signal)));
  });
}
