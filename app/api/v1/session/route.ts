import { signInSchema } from "#lib/api/session.ts";
import { answerAnyone, CLIENT_ADDRESS, json, readBody, session, signIn, signOut } from "#lib/server/index.ts";

export const dynamic = "force-dynamic";

/** Who the console takes the viewer for. */
export function GET(request: Request): Promise<Response> {
  return answerAnyone(request, async (credential) => json(JSON.stringify(session(credential))));
}

/** Signs in to one cluster with a token of it. */
export function POST(request: Request): Promise<Response> {
  return answerAnyone(request, async () => {
    const asked = await readBody(request, signInSchema);
    const address = request.headers.get(CLIENT_ADDRESS) ?? "";
    return done(await signIn({ ...asked, cookieHeader: request.headers.get("cookie"), address }, request.signal));
  });
}

/** Signs out of all clusters. */
export function DELETE(request: Request): Promise<Response> {
  return answerAnyone(request, async () => done(signOut(request.headers.get("cookie"))));
}

function done(setCookies: readonly string[]): Response {
  const response = new Response(null, { status: 204 });
  for (const cookie of setCookies) response.headers.append("set-cookie", cookie);
  return response;
}
