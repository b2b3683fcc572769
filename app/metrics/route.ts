import { metrics } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** The console's own numbers, for Prometheus. */
export async function GET(): Promise<Response> {
  const { contentType, body } = await metrics();
  return new Response(body, { headers: { "content-type": contentType, "cache-control": "no-store" } });
}
