"use client";

import { lazy, Suspense, useEffect } from "react";
import { tellSignIn } from "#lib/query/fetch.ts";
import { useSession } from "#lib/query/session.tsx";
import { useLiveStatus } from "./live-context.tsx";
import { SessionMenu } from "./session-menu.tsx";

const SignIn = lazy(async () => ({ default: (await import("./sign-in.tsx")).SignIn }));

const STREAM = "/api/v1/graph/stream";
const REFUSALS: ReadonlySet<string> = new Set(["reauth", "unauthorised"]);

/** Who looks, in the top bar; and the way in: as a page where nobody may look, as a dialog over what is there otherwise. */
export function SessionArea() {
  const { session, asked, dismiss } = useSession();
  const { problem, at } = useLiveStatus();
  const refusal = problem !== null && REFUSALS.has(problem.code) ? problem.detail : null;
  useEffect(() => {
    if (refusal !== null) tellSignIn(STREAM, refusal);
  }, [refusal]);
  if (session.strategy === "anonymous") return null;
  const nobody = session.role === null && asked === null;
  return (
    <>
      <SessionMenu />
      <Suspense fallback={null}>
        {(nobody || asked !== null) && (
          <SignIn why={asked} page={session.role === null && at === null} onClose={dismiss} />
        )}
      </Suspense>
    </>
  );
}
